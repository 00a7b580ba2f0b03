#pragma once
#include "core/base/user_text.h"

// What a failing piece of work was doing: the first part of an Error's line.
namespace mama::action {

inline constexpr auto open = TextId("action.open", "open");
inline constexpr auto write = TextId("action.write", "write");
inline constexpr auto readJson = TextId("action.read_json", "read JSON");
inline constexpr auto decode = TextId("action.decode", "decode");
inline constexpr auto readGeometry = TextId("action.read_geometry", "read geometry");
inline constexpr auto readProfile = TextId("action.read_profile", "read profile");
inline constexpr auto findProfile = TextId("action.find_profile", "find profile");
inline constexpr auto prepareImage = TextId("action.prepare_image", "prepare image");
inline constexpr auto drawOverlay = TextId("action.draw_overlay", "draw overlay");
inline constexpr auto encodePicture = TextId("action.encode_picture", "encode PNG");
inline constexpr auto writePicture = TextId("action.write_picture", "write picture");

} // namespace mama::action
