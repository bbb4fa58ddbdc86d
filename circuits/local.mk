# Circuits that are installed, for gc-run and gc-millionaires.
circuitsdir = $(pkgdatadir)/circuits
dist_circuits_DATA = circuits/millionaires.json circuits/millionaires.txt
