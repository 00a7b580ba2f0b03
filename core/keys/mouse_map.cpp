#include "core/keys/mouse_map.h"

#include <algorithm>

namespace mama {
namespace {

using Part = MouseGesture::Part;
using Held = MouseGesture::Held;

constexpr std::array<std::string_view, 4> parts{"Left", "Middle", "Right", "Wheel"},
    keys{"", "Shift+", "Ctrl+", "Alt+"};
constexpr std::array<std::string_view, 7> acts{"chosen tool", "pan", "window", "zoom", "frames", "views", "nothing"};

} // namespace

std::string MouseGesture::name() const
{
    return std::string(keys[static_cast<std::size_t>(held)]) + std::string(parts[static_cast<std::size_t>(part)]);
}

std::string_view name(MouseAct act) { return acts[static_cast<std::size_t>(act)]; }

const MouseMap& defaultMouse()
{
    static const MouseMap map{{{Part::Left, Held::Nothing}, MouseAct::Tool},
                              {{Part::Middle, Held::Nothing}, MouseAct::Zoom},
                              {{Part::Right, Held::Nothing}, MouseAct::Window},
                              {{Part::Wheel, Held::Nothing}, MouseAct::Zoom}};
    return map;
}

MouseAct actOf(const MouseMap& map, const MouseGesture& gesture)
{
    for (const MouseGesture& wanted : {gesture, MouseGesture{gesture.part, Held::Nothing}})
        if (const auto found = map.find(wanted); found != map.end())
            return found->second;
    return actOf(defaultMouse(), gesture);
}

bool hasTool(const MouseMap& map)
{
    return std::ranges::any_of(mouseGestures(), [&](const MouseGesture& each) {
        return each.part != Part::Wheel && actOf(map, each) == MouseAct::Tool;
    });
}

const std::vector<MouseGesture>& mouseGestures()
{
    static const std::vector<MouseGesture> all = [] {
        std::vector<MouseGesture> out;
        for (const Part part : {Part::Left, Part::Middle, Part::Right, Part::Wheel})
            for (const Held held : {Held::Nothing, Held::Shift, Held::Ctrl, Held::Alt})
                out.push_back({part, held});
        return out;
    }();
    return all;
}

const std::vector<MouseAct>& actsOf(Part part)
{
    static const std::vector<MouseAct> buttons{MouseAct::Tool, MouseAct::Pan, MouseAct::Window, MouseAct::Zoom,
                                               MouseAct::Nothing},
        wheel{MouseAct::Zoom, MouseAct::Frames, MouseAct::Views, MouseAct::Nothing};
    return part == Part::Wheel ? wheel : buttons;
}

std::optional<MouseGesture> mouseGesture(std::string_view name)
{
    const auto found =
        std::ranges::find_if(mouseGestures(), [&](const MouseGesture& each) { return each.name() == name; });
    return found == mouseGestures().end() ? std::nullopt : std::optional(*found);
}

std::optional<MouseAct> mouseAct(std::string_view name)
{
    const auto found = std::ranges::find(acts, name);
    return found == acts.end() ? std::nullopt : std::optional(static_cast<MouseAct>(found - acts.begin()));
}

} // namespace mama
