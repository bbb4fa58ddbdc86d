#!/bin/sh
# Runs a unit test program with results in the Test Anything Protocol on stdout.
CK_TAP_LOG_FILE_NAME=- CK_VERBOSITY=silent exec "$@"
