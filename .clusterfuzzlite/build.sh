#!/bin/bash -eu
# Builds every fuzz target into $OUT, each with its seeds, dictionary and options. FUZZ_FLAGS replaces the optimised
# build with the address sanitizer.
# shellcheck disable=SC2086 # a list
cargo fuzz build ${FUZZ_FLAGS--O}
for target in $(cargo fuzz list); do
    cp fuzz/target/*/release/"$target" "$OUT/"
    rm -f "$OUT/${target}_seed_corpus.zip"
    (cd "fuzz/seeds/$target" && zip -q -r "$OUT/${target}_seed_corpus.zip" .)
    cp fuzz/tokens.dict "$OUT/$target.dict"
    printf '[libfuzzer]\nmax_len = 8192\ntimeout = 10\n' >"$OUT/$target.options"
done
