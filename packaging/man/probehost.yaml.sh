#!/bin/sh
# The handbook, config/README.md, as a man page.
cat <<END
# NAME

probehost.yaml - configuration of probehost

# DESCRIPTION

END
sed -e 1d -e 's/^####/##/; s/^## \([A-Z]\)/# \1/' ../config/README.md
cat <<END

# SEE ALSO

probehost(1), systemd.exec(5)
END
