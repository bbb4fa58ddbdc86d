# Manual pages.
dist_man_MANS = \
	man/gc-bench.1 \
	man/gc-cc.1 \
	man/gc-info.1 \
	man/gc-keygen.1 \
	man/gc-millionaires.1 \
	man/gc-nn.1 \
	man/gc-run.1 \
	man/sotto.3 \
	man/sotto-ot.3 \
	man/sotto-share.3 \
	man/bristol.5 \
	man/gcnn.5 \
	man/gc-nn-tutorial.7 \
	man/sotto-nn.7 \
	man/sotto-interface.5 \
	man/sotto-circuits.7 \
	man/gc-c.7 \
	man/sotto.7 \
	man/sotto-protocol.7

# Missing cross references are mandoc's business only once the pages are installed.
.PHONY: lint-man
lint-man:
	@test -n "$(MANDOC)" || { echo "lint-man: mandoc is missing" >&2; exit 1; }
	@for page in $(dist_man_MANS); do \
		if $(MANDOC) -T lint "$(srcdir)/$$page" | grep -v 'referenced manual not found'; \
		then exit 1; fi; \
	done
