/** What the page shows before anything is dropped onto it: a small shop whose environments have drifted. */

export const development = `environment: development
tier: development

runtimes:
  node: 22.11.0

variables:
  LOG_LEVEL: debug
  PAY_URL: https://pay.dev.webshop.example
  PAY_SECRET_KEY: sk_test_exampleexampleexample0
  SESSION_TTL: 30m

workloads:
  api:
    image: { name: registry.webshop.example/api, tag: 2.4.1 }
    replicas: { desired: 1 }
    memory: { limitBytes: 256Mi }

backingServices:
  primary-db: { kind: sqlite, version: 3.46.0 }
`;

export const staging = `environment: staging
tier: staging

runtimes:
  node: 20.11.1

variables:
  LOG_LEVEL: info
  PAY_URL: https://pay.staging.webshop.example
  PAY_SECRET_KEY: sk_live_exampleexampleexample0
  SEARCH_URL: https://search.staging.webshop.example
  JWT_SECRET: 3n8Yb2Qw9Lk5Xc7V
  SESSION_TTL: "1800"

workloads:
  api:
    image: { name: registry.webshop.example/api, tag: 2.4.1, digest: "sha256:9f2b6a1c4d5e7f80112233445566778899aabbccddeeff00112233445566aa77" }
    replicas: { desired: 1 }
    memory: { limitBytes: 200Mi }

backingServices:
  primary-db: { kind: postgresql, version: "15.8" }
  cache: { kind: redis, version: "7.2" }
`;

export const production = `environment: production
tier: production

runtimes:
  node: 20.18.1

variables:
  LOG_LEVEL: warn
  PAY_URL: https://pay.webshop.example
  PAY_SECRET_KEY: sk_live_exampleexampleexample0
  JWT_SECRET: 3n8Yb2Qw9Lk5Xc7V
  SMTP_PASSWORD: changeme
  SESSION_TTL: 30m

workloads:
  api:
    image: { name: registry.webshop.example/api, tag: 2.4.1, digest: "sha256:0c7d1e2f3a4b5c6d8899aabbccddeeff00112233445566778899aabbccdd1234" }
    replicas: { desired: 4 }
    memory: { limitBytes: 600Mi }

backingServices:
  primary-db: { kind: postgresql, version: "16.4" }
  cache: { kind: redis, version: "7.2" }
`;

export const policy = `policy: webshop/platform
description: What our platform asks of every service.

rules:
  - id: memory-in-proportion
    kind: ratio
    select: workloads.*.memory.limitBytes
    environments: [staging, production]
    severity: warning
    params: { min: 0.5 }
    why: what fits into production's memory must be known before production

  - id: same-node-minor
    kind: version-tolerance
    select: runtimes.node
    environments: [staging, production]
    params: { level: minor }
    why: minor versions change defaults
    fix: pin {key} to {reference.value} in {environment}

  - id: production-survives-a-node
    kind: at-least
    select: workloads.*.replicas.desired
    environments: [production]
    params: { min: 2 }
`;

export const pipeline = `environments:
  development:
    trigger: automatic
    branches: [main]
  staging:
    trigger: automatic
    branches: [staging]
  production:
    trigger: manual
    tags: ["v*"]

pipeline:
  stages: [development, staging, production]
`;

export const gates = `policy: webshop/promotion
description: What a release has to pass on its way to customers.

gates:
  - id: ran-upstream
    kind: upstream-succeeded
    why: what reaches customers ran before where it harms nobody

  - id: working-hours
    kind: allowed-window
    to: production
    params:
      timezone: Europe/London
      windows:
        - { days: [mon, tue, wed, thu], start: "09:00", end: "17:00" }
      mustFinish: true
    why: whoever releases is there the next hours

  - id: environments-alike
    kind: parity-gate
    mode: observe                        # until the findings of the other view are mended
    why: what was tried elsewhere says little about production

  - id: from-where-it-may
    kind: ref-allowed
    why: the manifest says from which branches and tags each environment takes changes

  - id: as-it-may-start
    kind: trigger-allowed
    why: the manifest says which environments change by themselves
`;

export const request = `request: webshop-2.4.1
kindOfChange: release
from: staging
to: production

artifacts:
  - component: api
    tag: 2.4.1
    digest: "sha256:0c7d1e2f3a4b5c6d8899aabbccddeeff00112233445566778899aabbccdd1234"
    source: { ref: refs/tags/v2.4.1 }

trigger: manual
expectedDuration: PT20M
actor: { id: alice, kind: human, groups: [payments] }

deployments:
  - environment: development
    component: api
    digest: "sha256:0c7d1e2f3a4b5c6d8899aabbccddeeff00112233445566778899aabbccdd1234"
    startedAt: 2026-08-19T08:30:00Z
    finishedAt: 2026-08-19T08:34:00Z
    result: succeeded

  - environment: staging
    component: api
    digest: "sha256:0c7d1e2f3a4b5c6d8899aabbccddeeff00112233445566778899aabbccdd1234"
    startedAt: 2026-08-20T13:02:00Z
    finishedAt: 2026-08-20T13:09:00Z
    result: succeeded
`;
