#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace mama::protocol {

// Standard base64 with padding (RFC 4648).
std::string base64(std::string_view bytes);
// Empty: the text is not that.
std::optional<std::string> bytesOfBase64(std::string_view text);

} // namespace mama::protocol
