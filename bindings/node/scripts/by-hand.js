// What the policy of the yardstick W1 asks, as one would write it by hand for this one shape: without positions, unknown
// values, exceptions or readable messages.

/** The findings: rule and path. */
export function byHand({ environments }) {
  const found = [];
  const reference = environments.at(-1);
  const others = environments.slice(0, -1);
  const differs = (rule, path, get) => {
    const value = get(reference);
    if (others.some((other) => get(other) !== value)) found.push([rule, path]);
  };

  for (const name of keys(environments.map(({ variables }) => variables))) {
    const cells = environments.map(({ variables }) => variables[name]);
    const there = cells.filter((cell) => cell !== undefined);
    if (cells.at(-1) === undefined) found.push(["key-present", name]);
    else if (there.length < cells.length) found.push(["key-only", name]);
    if (new Set(there.map(({ valueType }) => valueType)).size > 1) found.push(["value-type", name]);
    if (there.some(({ valueClass }) => valueClass === "placeholder")) found.push(["no-placeholder", name]);
    const secrets = there.map(({ fingerprint }) => fingerprint?.hex).filter((hex) => hex !== undefined);
    if (new Set(secrets).size < secrets.length) found.push(["no-shared-secret", name]);
    const values = there.map(({ value }) => value);
    if (name.startsWith("APP_URL_") && new Set(values).size < values.length) found.push(["urls-differ", name]);
    if (name === "APP_URL_01" && !values.every((value) => /^https:\/\/.*$/.test(value))) found.push(["secure-urls", name]);
    if (name.startsWith("APP_LIMIT_")) {
      const limit = Number(values.at(-1));
      if (values.some((value) => Number(value) < 0.1 * limit)) found.push(["limits", name]);
    }
  }

  for (const component of keys(environments.map(({ packages }) => packages))) {
    for (const ecosystem of keys(environments.map(({ packages }) => packages[component]))) {
      const sets = environments.map(({ packages }) => packages[component]?.[ecosystem] ?? {});
      const names = keys(sets);
      if (sets.some((set) => Object.keys(set).length !== names.length)) found.push(["package-set", ecosystem]);
      for (const name of names) {
        if (sets.some((set) => set[name] === undefined)) found.push(["packages-present", name]);
        const majors = sets.flatMap((set) => set[name] ?? []).map((version) => Number.parseInt(version, 10));
        if (new Set(majors).size > 1) found.push(["packages", name]);
      }
    }
  }

  for (const name of keys(environments.map(({ backingServices }) => backingServices))) {
    const service = (environment) => environment.backingServices[name];
    differs("service-kind", name, (environment) => service(environment)?.kind);
    differs("service-major", name, (environment) => Number.parseInt(service(environment)?.version, 10));
    differs("charset", name, (environment) => service(environment)?.charset);
    differs("collation", name, (environment) => service(environment)?.collation);
    const connections = environments.map((environment) => Number(service(environment)?.parameters.max_connections));
    const most = connections.at(-1);
    if (connections.some((count) => count < 0.3 * most)) found.push(["connections", name]);
  }

  for (const path of keys(environments.map(({ files }) => files))) {
    differs("file-mode", path, ({ files }) => files[path]?.mode);
    differs("file-owner", path, ({ files }) => files[path]?.owner);
    differs("file-owner", path, ({ files }) => files[path]?.group);
    differs("file-digest", path, ({ files }) => files[path]?.digest);
  }

  const ports = ({ direction, protocol, fromPort, toPort, cidrs }) => [direction, protocol, fromPort, toPort, ...cidrs].join(" ");
  differs("firewall", "network.firewall", ({ network }) => network.firewall.map(ports).sort().join("\n"));
  return found;
}

function keys(maps) {
  const all = new Set();
  for (const map of maps) for (const key in map) all.add(key);
  return [...all].sort();
}
