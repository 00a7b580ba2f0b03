#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// What a mouse does on a picture: a button that is held, or the wheel, with at most one key.
struct MouseGesture
{
    enum class Part { Left, Middle, Right, Wheel } part = Part::Left;
    enum class Held { Nothing, Shift, Ctrl, Alt } held = Held::Nothing;
    auto operator<=>(const MouseGesture&) const = default;
    std::string name() const; // "Left", "Ctrl+Wheel"
};

enum class MouseAct {
    Tool, // what the reader chose: pan, a ruler, ...
    Pan,
    Window,
    Zoom,
    Frames, // the next or previous of a stack; the wheel's
    Views,  // the next or previous view; the wheel's
    Nothing
};
std::string_view name(MouseAct act); // "chosen tool", "pan", "window", "zoom", "frames", "views", "nothing"

// What is said of gestures. One with a key that nothing is said of does what it does without the key.
using MouseMap = std::map<MouseGesture, MouseAct>;
const MouseMap& defaultMouse();
MouseAct actOf(const MouseMap& map, const MouseGesture& gesture);

bool hasTool(const MouseMap& map); // a button with the chosen tool: without one nothing could be drawn

const std::vector<MouseGesture>& mouseGestures(); // all that there are
const std::vector<MouseAct>& actsOf(MouseGesture::Part part);
std::optional<MouseGesture> mouseGesture(std::string_view name);
std::optional<MouseAct> mouseAct(std::string_view name);

} // namespace mama
