// Walks over JSON text member by member, without turning extended forms into values.
//
// A query needs to see {"$gt":5} and {"$literal":{"$gt":5}} as they were written, which a Value
// does not tell any more. The text must be one that record::parse_json has accepted: so nothing
// here can fail, and a slice of it may be given to parse_json again. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gs::query {

struct JsonMember {
  std::string name;
  std::string_view value;  // slice of the text, without space around it
};

// Without space around it.
std::string_view trimmed(std::string_view text) noexcept;
inline bool is_object(std::string_view value) noexcept { return value.front() == '{'; }
inline bool is_array(std::string_view value) noexcept { return value.front() == '['; }
inline bool is_text(std::string_view value) noexcept { return value.front() == '"'; }

std::vector<JsonMember> members_of(std::string_view object);
std::vector<std::string_view> elements_of(std::string_view array);
std::string text_of(std::string_view string);

}  // namespace gs::query
