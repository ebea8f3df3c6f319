// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/report.h"

#include "divisi/core/text.h"
#include "divisi/report/page.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

namespace divisi {
namespace {

std::string element(std::string_view tag, std::string_view text) {
  const std::string name(tag);
  return "<" + name + ">" + for_html(text) + "</" + name + ">";
}

std::string five_digits(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 5);
  return {text.data(), end.ptr};
}

std::string header_of(const Report& report) {
  std::string text = "<header class=\"report\">\n" + element("h1", report.track) + "\n<dl class=\"facts\">";
  for (const auto& [name, value] : report.facts)
    text += "<div>" + element("dt", name) + element("dd", value) + "</div>\n";
  text += "</dl>\n";
  if (report.warnings.empty()) return text + "</header>\n";
  text += "<ul class=\"warnings\" aria-label=\"Warnings\">\n";
  for (const auto& warning : report.warnings) text += element("li", warning) + "\n";
  return text + "</ul>\n</header>\n";
}

std::string components_text(const std::vector<int>& components) {
  std::vector<std::string> numbers;
  numbers.reserve(components.size());
  for (const int component : components) numbers.push_back(std::to_string(component + 1));
  return (numbers.size() == 1 ? "component " : "components ") + join(numbers, ", ");
}

std::string article_of(const ReportTrack& track) {
  std::string about =
      std::isfinite(track.peak_dbfs) ? "peak " + to_fixed(track.peak_dbfs, 1) + " dBFS" : "silent";
  if (!track.components.empty()) about += " · " + components_text(track.components);
  std::string text = "<article>" + element("h3", track.name) + "\n<p><a href=\"" + for_address(track.file) +
                     "\">" + for_html(track.file) + "</a> · " + for_html(about) + "</p>\n";
  if (!track.reason.empty()) text += element("p", track.reason) + "\n";
  return text + R"(<audio controls preload="none" src=")" + for_address(track.file) + "\" aria-label=\"" +
         for_html(track.name) + "\"></audio></article>\n";
}

std::string run_of(const Report& report) {
  std::string text = "<section aria-labelledby=\"run\"><h2 id=\"run\">The run</h2>\n";
  text += element("p", report.stop) + "\n";
  if (!report.costs.empty()) {
    const auto [first, last] = std::pair(report.costs.front(), report.costs.back());
    text += element("p", report.divergence + ": from " + five_digits(first.cost) + " to " +
                             five_digits(last.cost) + " in " +
                             std::to_string(last.iteration - first.iteration) + " iterations.") +
            "\n";
  }
  return text +
         "<h3>To repeat it</h3>\n<pre tabindex=\"0\" aria-label=\"The command that repeats the run\">" +
         element("code", report.command) + "</pre></section>\n";
}

// What was chosen, before what is as by default.
std::string parameters_of(const Report& report) {
  std::vector<ReportParameter> all = report.parameters;
  // Not std::ranges: clang 14 does not take the subrange that it gives back from g++'s library.
  const auto defaults =
      std::stable_partition(all.begin(), all.end(), [](const auto& p) { return !p.is_default; });
  const auto count = std::to_string(std::distance(all.begin(), defaults));
  std::string text =
      "<section aria-labelledby=\"parameters\"><h2 id=\"parameters\">Parameters</h2>\n" +
      element("p", std::to_string(all.size()) + " in force, " + count + " not at the default.") +
      "\n<table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Value</th>"
      "<th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n";
  for (const ReportParameter& p : all) {
    text += (p.is_default ? "<tr>" : "<tr class=\"set\">") + std::string("<th scope=\"row\">") +
            element("code", p.name) + "</th>" + element("td", p.value) + element("td", p.help) + "</tr>\n";
  }
  return text + "</tbody></table></section>\n";
}

std::string words_of(const Report& report) {
  std::string text = "<div class=\"first\">\n" + header_of(report) +
                     "<div id=\"studio\"></div></div>\n<div class=\"report\">\n";
  text += "<section aria-labelledby=\"files\"><h2 id=\"files\">Stems</h2>\n<div class=\"files\">\n";
  for (const ReportTrack& track : report.tracks) text += article_of(track);
  text += "</div></section>\n" + run_of(report) + parameters_of(report) + "</div>\n";
  return text + "<footer class=\"report\">" + for_html("Made by divisi " + report.version) +
         ". This page needs no network and sends nothing.</footer>\n";
}

// Blobs stand beside the JSON: they then cost no parsing.
std::string data_of(const Report& report) {
  std::string text =
      R"(<script type="application/json" id="state">)" + for_script(report.state.dump()) + "</script>\n";
  for (const ReportBlob& blob : report.blobs) {
    text += R"(<script type="text/plain" id="blob-)" + for_html(blob.name) + "\">" + to_base64(blob.bytes) +
            "</script>\n";
  }
  return text;
}

}  // namespace

std::string render_report(const Report& report) {
  const std::string_view page = page_template();
  const std::size_t words = page.find(kTextSlot);
  assert(words != std::string_view::npos);
  std::string text(page.substr(0, words));
  text += words_of(report);
  const std::string_view rest = page.substr(words + kTextSlot.size());
  const std::size_t data = rest.find(kDataSlot);
  if (data == std::string_view::npos) return text + std::string(rest);
  text += rest.substr(0, data);
  text += data_of(report);
  return text + std::string(rest.substr(data + kDataSlot.size()));
}

}  // namespace divisi
