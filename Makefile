# The front door: every target is one word, over a script or a preset of CMakePresets.json.
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc)
PREFIX ?= /usr/local
SOURCES = git ls-files -- '*.h' '*.cpp'
.PHONY: help demo test build release asan tsan clang tidy format format-check bench quality seeds duets dictionaries scores notes models paper shots install clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## set up, build, separate the example: no make needed, scripts/demo does the same
	@scripts/demo

test: ## set up, build, run every test: scripts/test does the same
	@scripts/test

build: ## build/dev: with tests, with g++
	@cmake --preset dev && cmake --build --preset dev

release: ## build/release: the program and the library, fast
	@cmake --preset release && cmake --build --preset release

asan: ## all tests under the address and undefined-behaviour sanitizers
	@cmake --preset asan && cmake --build --preset asan && ctest --preset asan

tsan: ## all tests under the thread sanitizer
	@cmake --preset tsan && cmake --build --preset tsan && ctest --preset tsan

clang: ## build and test with clang 14
	@cmake --preset clang && cmake --build --preset clang && ctest --preset clang

tidy: ## clang-tidy 14 over the library and the program, after a file that must fail it did
	@tests/tidy_canary/check.sh && cmake --preset tidy && cmake --build --preset tidy

format: ## clang-format 14 on every source
	@$(SOURCES) | xargs clang-format-14 -i

format-check: ## fails where `make format` would change something
	@$(SOURCES) | xargs clang-format-14 --dry-run -Werror

bench: ## what the engine and evaluating cost, beside their peers: docs/performance.md, docs/evaluate.md
	@cmake --preset release -DDIVISI_BENCH=ON && cmake --build --preset release
	@/usr/bin/python3 bench/engine.py build/release/bench/engine/engine_bench --output docs/performance.md
	@/usr/bin/python3 bench/evaluate.py build/release/divisi --output docs/evaluate.md

quality: release ## make quality DATA=folder: scores of the defaults on every case of it: docs/quality.md
	@/usr/bin/python3 bench/quality.py build/release/divisi '$(or $(DATA),$(error DATA: expected a folder of cases, got none))'

seeds: release ## make seeds DATA=folder: how much the mean share depends on the seed: docs/seeds.md
	@/usr/bin/python3 bench/quality.py build/release/divisi '$(or $(DATA),$(error DATA: expected a folder of cases, got none))' --seeds 10

duets: release ## scores of thirty duets that are rendered for it (fluidsynth, fluid-soundfont-gm): docs/duets.md
	@/usr/bin/python3 bench/duets.py build/release/divisi

dictionaries: release ## make dictionaries DATA=folder: scores with dictionaries on every case that has training
	@/usr/bin/python3 bench/dictionaries.py build/release/divisi '$(or $(DATA),$(error DATA: expected a folder of cases, got none))'

scores: release ## make scores DATA=folder: stems of known notes, on every case of it that has them: docs/score.md
	@/usr/bin/python3 bench/scores.py build/release/divisi '$(or $(DATA),$(error DATA: expected a folder of cases, got none))'

notes: release ## make notes DATA=folder: how many notes are found on every case of it
	@/usr/bin/python3 bench/notes.py build/release/divisi '$(or $(DATA),$(error DATA: expected a folder of cases, got none))'

shots: release ## make shots OUT=folder: pictures of the studio's main states, to be looked at
	@mkdir -p '$(or $(OUT),build/shots)'
	@node apps/studio/web/test/shots.mjs build/release/divisi examples/piano_triad/mix.wav '$(or $(OUT),build/shots)'

models: release ## make models DATA=folder: whether nmfd, nmf2d and the seed recipe reach their targets: docs/models.md
	@/usr/bin/python3 bench/models.py build/release/divisi '$(or $(DATA),$(error DATA: expected a folder of cases, got none))'

paper: release ## make paper DATA=folder: the experiments of the literature again, with pictures: docs/paper.md
	@/usr/bin/python3 bench/paper.py build/release/divisi '$(or $(DATA),$(error DATA: expected a folder of cases, got none))'

install: release ## program, library, headers: into PREFIX (/usr/local), under DESTDIR
	@cmake --install build/release --prefix '$(PREFIX)'

clean: ## remove everything built
	@rm -rf build
