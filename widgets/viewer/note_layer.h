#pragma once
#include "widgets/viewer/note.h"
#include "widgets/viewer/note_painting.h"
#include "widgets/viewer/scene/view_model.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mama::viewer {

// What a reader drew on the images: drawn over them and in the loupe, found under the pointer, chosen, and the one that
// is being drawn or moved.
class NoteLayer
{
public:
    void set(std::map<PaneId, std::vector<Note>> notes);
    struct Place
    {
        PaneId pane;
        const Note* note = nullptr;
    };
    std::optional<Place> find(std::int64_t id) const;
    std::vector<Note> notesOn(const PaneId& pane) const;
    bool starred(const PaneId& pane, const SpacingFact& spacing) const; // some label there bears a star
    void setShown(bool shown) { m_shown = shown; }
    bool shown() const { return m_shown; }

    // Under a place of the screen, device pixels; magnification: of the loupe that is looked through, else 1.
    struct Hit
    {
        std::int64_t id = 0;
        int handle = -1; // -1: its line or its label
        bool operator==(const Hit&) const = default;
    };
    struct Look
    {
        PaneId pane;
        Point at;
        double unit = 1, magnification = 1;
    };
    std::optional<Hit> hit(const ViewModel& model, const Look& look) const;

    std::optional<std::int64_t> selected;
    std::optional<Hit> hovered;
    struct Drawing
    {
        PaneId pane;
        Shape shape;
        bool open = true; // its line is not closed yet
    };
    std::optional<Drawing> draft;                         // half drawn
    std::optional<std::pair<std::int64_t, Shape>> moving; // another shape of a note, while a hand has it

    void paint(const ViewModel& model, TextSprites& text, SceneFrame& frame);

private:
    struct Drawn // as it was last, and from what
    {
        std::string key;
        Sprite sprite;
    };
    struct Kept
    {
        std::uint64_t version = 0; // of the shape
        Drawn base, inLoupe, leader;
    };
    struct Item
    {
        Note note;
        PaneId pane;
        Kept* kept;
        NoteLook look;
    };
    struct Ground // where an item is drawn, and what of that is left out
    {
        ViewTransform transform;
        PixelRect area, hole;
    };
    std::vector<Item> itemsOn(const PaneId& pane, double unit);
    void paintCell(const ViewModel& model, const HungCell& cell, TextSprites& text, SceneFrame& frame);
    bool paintShape(const Item& item, Drawn& drawn, const Ground& ground, TextSprites& text, SceneFrame& frame);
    void paintLabels(const std::vector<Item>& items, const Ground& ground, const ViewImage& image, TextSprites& text,
                     SceneFrame& frame);
    void paintLeader(const Item& item, const PixelRect& label, const Ground& ground, TextSprites& text,
                     SceneFrame& frame);

    std::map<PaneId, std::vector<Note>> m_notes;
    std::map<std::int64_t, Kept> m_kept;
    Kept m_draftKept;
    std::uint64_t m_version = 0;
    bool m_shown = true;
    struct Label
    {
        PaneId pane;
        std::int64_t id;
        PixelRect area;
    };
    std::vector<Label> m_labels; // of the last frame
};

} // namespace mama::viewer
