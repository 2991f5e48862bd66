/** Help of `deno task release`. */
export const RELEASE_HELP = `Make, publish and check a release of the appliance.

  deno task release build FILE      make everything that is pushed, in a folder
  deno task release push FOLDER     send it to the registry; nothing is overwritten
  deno task release sign WHAT       sign it and its config bundle, as cosign does
  deno task release verify WHAT     look for everything that a published release names
  deno task release promote WHAT    verify it, and only if all is good and the way there holds
                                    move a channel to it, with a line in the record
  deno task release diff OLD NEW    what customers will get: images, charts, values, notes
                                    WHAT, OLD and NEW are a version, a channel or a digest

build
  --out FOLDER      where to (default .out/release/VERSION)
  --chart FOLDER    one more chart to pack and publish; may be repeated
  --agent FOLDER    the agent that it brings, as "deno task release-agent --key" made it
  --topology FOLDER base/, profiles/ and charts/ (default flux/)
  --commit SHA1     outside a git checkout: where the content came from,
  --created TIME    and when (like 2026-11-21T09:00:00Z)
push
  --channel NAME    then verify, and only if all is good point stable or nightly at it;
                    refused once releases are signed: then promote moves it
push, sign, promote
  --auth-file FILE  Docker's config.json with the password (default ~/.docker/config.json)
sign
  --key FILE        the private key: cosign.key, or PEM without a password; for you alone (0600)
  --password-file FILE  the password of cosign.key; for you alone (0600)
push, verify, promote
  --helm FILE       the helm program that renders the charts (default the installed one)
verify, promote
  --key FILE        public key that must have signed; may be repeated (default those of the agent)
promote
  --channel NAME    stable (default) or nightly
  --by NAME         who promotes it
  --without-helm    charts are only read, where there is no Helm
  --record FILE     where the line goes (default promotions.jsonl)
push, sign, verify, promote, diff
  --registry-mirror HOST=URL  ask URL instead of the registry HOST; may be repeated
all
  --json            one object instead of lines

Release file, for example:
  version: 1.5.0
  images: { algaCore: 4f2c91d, workflowWorker: 9be1f02, emailService: 2222bbb, temporalWorker: 3333ccc }
  charts: { sebastian: 0.2.0, temporal: 0.1.0, email-service: 0.1.0, workflow-worker: 0.1.0, temporal-worker: 0.1.0 }

Exit codes: 0 done, all good · 1 something is missing or was refused; every failure names what to do · 2 wrong arguments
`;
