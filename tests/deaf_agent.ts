/** A newer agent that starts, says nothing for ever, and puts itself in place when it is told to. */
export const DEAF_AGENT = `#!/bin/sh
case "$1" in
install) cp "$0" /usr/local/bin/.deaf && sync && mv /usr/local/bin/.deaf /usr/local/bin/alga-agent ;;
*) exec sleep 100000 ;;
esac
`;
