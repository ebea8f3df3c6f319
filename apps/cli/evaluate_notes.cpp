// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/json.h"
#include "divisi/core/text.h"
#include "divisi/notes/note_files.h"
#include "divisi/notes/note_score.h"

#include "commands.h"
#include "exit_code.h"

#include <cstdio>

namespace divisi::cli {
namespace {

Json score_json(const NoteScore& score) {
  return Json::object()
      .set("precision", score.precision)
      .set("recall", score.recall)
      .set("f_measure", score.f_measure)
      .set("overlap", score.overlap)
      .set("matched", static_cast<long>(score.matched));
}

void print_row(const char* name, const NoteScore& score) {
  std::printf("  %-28s %9s %9s %9s %9s\n", name, to_fixed(score.precision, 4).c_str(),
              to_fixed(score.recall, 4).c_str(), to_fixed(score.f_measure, 4).c_str(),
              to_fixed(score.overlap, 4).c_str());
}

void print_csv(const char* name, const NoteScore& score) {
  std::printf("%s,%s,%s,%s,%s\n", name, to_text(score.precision).c_str(), to_text(score.recall).c_str(),
              to_text(score.f_measure).c_str(), to_text(score.overlap).c_str());
}

}  // namespace

int evaluate_notes_command(const Arguments& arguments) {
  const Notes reference = read_notes(arguments.notes);
  const Notes estimate = read_notes(arguments.estimate);
  const NoteScore onsets = score_notes(reference, estimate, false);
  const NoteScore offsets = score_notes(reference, estimate, true);
  if (arguments.json) {
    std::puts(Json::object()
                  .set("reference", arguments.notes)
                  .set("estimate", arguments.estimate)
                  .set("reference_notes", static_cast<long>(reference.size()))
                  .set("estimate_notes", static_cast<long>(estimate.size()))
                  .set("onsets", score_json(onsets))
                  .set("onsets_and_offsets", score_json(offsets))
                  .dump()
                  .c_str());
  } else if (arguments.csv) {
    std::puts("what,precision,recall,f_measure,overlap");
    print_csv("onsets", onsets);
    print_csv("onsets_and_offsets", offsets);
  } else {
    std::printf("%zu notes against %zu true ones\n", estimate.size(), reference.size());
    std::printf("  %-28s %9s %9s %9s %9s\n", "", "precision", "recall", "F", "overlap");
    print_row("onset and pitch", onsets);
    print_row("onset, pitch and offset", offsets);
  }
  return kAllDone;
}

}  // namespace divisi::cli
