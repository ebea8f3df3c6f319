// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/json.h"

#include <nlohmann/json.hpp>

namespace divisi {

// NOLINTNEXTLINE(bugprone-exception-escape): the library marks its move noexcept, rightly
struct Json::Value {
  nlohmann::ordered_json json;
};

Json::Json() : value_(std::make_unique<Value>()) {}
Json::Json(double value) : Json() {
  value_->json = value;
}
Json::Json(int value) : Json() {
  value_->json = value;
}
Json::Json(long value) : Json() {
  value_->json = value;
}
Json::Json(bool value) : Json() {
  value_->json = value;
}
Json::Json(const char* value) : Json(std::string_view(value)) {}
Json::Json(std::string_view value) : Json() {
  value_->json = value;
}
Json::Json(const std::string& value) : Json(std::string_view(value)) {}
Json::Json(const Json& other) : value_(std::make_unique<Value>(*other.value_)) {}
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(Json other) noexcept {
  value_ = std::move(other.value_);
  return *this;
}
Json::~Json() = default;

Json Json::object() {
  Json json;
  json.value_->json = nlohmann::ordered_json::object();
  return json;
}

Json Json::array() {
  Json json;
  json.value_->json = nlohmann::ordered_json::array();
  return json;
}

std::optional<Json> Json::parse(std::string_view text) {
  Json json;
  json.value_->json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (json.value_->json.is_discarded()) return std::nullopt;
  return json;
}

Json& Json::set(std::string_view key, Json value) {
  value_->json[std::string(key)] = std::move(value.value_->json);
  return *this;
}

Json& Json::push(Json value) {
  value_->json.push_back(std::move(value.value_->json));
  return *this;
}

Json Json::at(std::string_view key) const {
  Json member;
  if (const auto found = value_->json.find(std::string(key)); found != value_->json.end()) {
    member.value_->json = *found;
  }
  return member;
}

std::vector<Json> Json::elements() const {
  std::vector<Json> elements;
  if (!value_->json.is_array()) return elements;
  for (const auto& element : value_->json) elements.emplace_back().value_->json = element;
  return elements;
}

std::optional<std::string> Json::text() const {
  if (!value_->json.is_string()) return std::nullopt;
  return value_->json.get<std::string>();
}

std::optional<double> Json::number() const {
  if (!value_->json.is_number()) return std::nullopt;
  return value_->json.get<double>();
}

std::string Json::dump(int indent) const {
  return value_->json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string Json::dump_ascii() const {
  return value_->json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

bool operator==(const Json& a, const Json& b) {
  return a.value_->json == b.value_->json;
}

}  // namespace divisi
