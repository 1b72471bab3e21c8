//! The engine for Python: calls in, answers out. What is behind it, `paritygate::wire` says; what people use, the Python
//! package beside this says.

use std::panic::{AssertUnwindSafe, catch_unwind};

use paritygate::key::EPHEMERAL_BYTES;
use paritygate::wire;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::PyString;

/// A text beside a call, borrowed from Python as it is.
enum Attachment {
    Bytes(PyBackedBytes),
    Text(PyBackedStr),
}

impl Attachment {
    /// A text of Python, or bytes. A text that UTF-8 can't hold is the error that Python itself has for it.
    fn of(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        match value.cast::<PyString>() {
            Ok(text) => PyBackedStr::try_from(text.clone()).map(Self::Text),
            Err(_) => value.extract::<PyBackedBytes>().map(Self::Bytes).map_err(PyErr::from),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Text(text) => text.as_bytes(),
        }
    }
}

/// One side of the engine: what was compiled and imported, by number.
#[pyclass(frozen, module = "paritygate._paritygate")]
struct Session(wire::Session);

#[pymethods]
impl Session {
    /// A session. `random` are 36 bytes that nobody can guess.
    #[new]
    fn new(random: &[u8]) -> PyResult<Self> {
        let random: &[u8; EPHEMERAL_BYTES] =
            random.try_into().map_err(|_| PyValueError::new_err("a session takes 36 random bytes"))?;
        Ok(Self(wire::Session::new(random)))
    }

    /// Answers one call. Other threads run meanwhile.
    fn call(&self, py: Python<'_>, call: PyBackedStr, attachments: Vec<Bound<'_, PyAny>>) -> PyResult<String> {
        let attachments = attachments.iter().map(Attachment::of).collect::<PyResult<Vec<Attachment>>>()?;
        let texts: Vec<&[u8]> = attachments.iter().map(Attachment::as_bytes).collect();
        // A panic would be an exception that `except Exception` does not catch.
        let answer = py.detach(|| catch_unwind(AssertUnwindSafe(|| self.0.call(call.as_bytes(), &texts))));
        answer.map_err(|_| PyRuntimeError::new_err("the engine failed; please report it with what you called"))
    }
}

/// The extension module.
#[pymodule]
mod _paritygate {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::Session;

    /// A binding prints nothing, whatever happens. This is the hook of this extension alone: others have their own.
    #[pymodule_init]
    #[expect(clippy::unnecessary_wraps, reason = "PyO3 asks for a result")]
    fn init(_: &Bound<'_, PyModule>) -> PyResult<()> {
        std::panic::set_hook(Box::new(|_| {}));
        Ok(())
    }
}
