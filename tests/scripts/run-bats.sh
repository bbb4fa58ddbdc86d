#!/bin/sh
# Runs a bats file with results in the Test Anything Protocol on stdout.
exec bats --formatter tap "$@"
