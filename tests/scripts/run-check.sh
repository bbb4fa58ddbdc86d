#!/bin/sh
# Runs a unit test program with results in the Test Anything Protocol on stdout. A test that does
# not say how long it may take has a minute.
CK_TAP_LOG_FILE_NAME=- CK_VERBOSITY=silent CK_DEFAULT_TIMEOUT=60 exec "$@"
