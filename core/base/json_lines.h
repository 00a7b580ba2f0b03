#pragma once
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace mama {

// The way to a value in a JSON document: keys of objects and places in lists.
using JsonWay = std::vector<std::variant<std::string, std::size_t>>;

// The line, from 1, in which the value begins; of a way that ends early the line of what was found last. The text must
// be JSON. Keys are compared as they are written.
std::size_t lineOf(const std::string& text, const JsonWay& way);
// The line of a byte, from 1.
std::size_t lineOfByte(const std::string& text, std::size_t byte);

} // namespace mama
