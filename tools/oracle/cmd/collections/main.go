// SPDX-License-Identifier: Apache-2.0

// collections prints, as JSON, what cosmossdk.io/collections and the stores of the Cosmos SDK do
// with generated keys, values, ranges, indexed maps, and with iterators over stores that change.
// usage: go run ./cmd/collections -seed N -out FILE   (same seed, same file)
package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"

	"cosmossdk.io/collections"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func bytesOf(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	r.Read(b)
	return b
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// kindOf names an error of collections.
func kindOf(err error) string {
	for _, known := range []error{collections.ErrNotFound, collections.ErrConflict, collections.ErrEncoding, collections.ErrInvalidIterator} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

func main() {
	seed := flag.Int64("seed", 1, "seed of the generator")
	out := flag.String("out", "collections.json", "file to write")
	flag.Parse()
	random := func(part int64) *rand.Rand { return rand.New(rand.NewSource(*seed*100 + part)) }
	data := must(json.Marshal(map[string]any{
		"keys":      keyVectors(random(0)),
		"hand_keys": handKeys(random(1)),
		"hand_ends": handEnds(random(6)),
		"values":    valueVectors(random(2)),
		"ranges":    rangeVectors(random(3)),
		"maps":      mapVectors(random(4)),
		"clears":    clearVectors(),
		"iteration": iterationVectors(random(5)),
	}))
	check(os.WriteFile(*out, append(data, '\n'), 0o644))
	fmt.Println(*out, len(data))
}
