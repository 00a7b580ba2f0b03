#pragma once
#include "widgets/viewer/scene/scene.h"

#include <QColor>
#include <QImage>
#include <QString>
#include <unordered_map>
#include <vector>

namespace mama::viewer {

struct TextLine
{
    QString text;
    double points = 9.5;
    QColor colour = QColor(225, 228, 232);
    bool bold = false;
    bool boxed = false;    // on a plate of its own, for badges
    int most = 1;          // lines that it may fill where it does not fit in one
    bool grounded = false; // on a dark ground, to be read over dense tissue and burned-in letters
    bool operator==(const TextLine&) const = default;
};

// Turns lines of text and small pictures into sprites; equal ones are made once. Letters carry a dark rim, so that
// they can be read over tissue and air alike.
class TextSprites
{
public:
    // Words of one line as the lines that they fill, at most so many; what is left is cut with an ellipsis.
    static std::vector<TextLine> wrapped(const TextLine& line, int maxWidth, int most, double unit);
    // Wider text fills as many lines as it may, then it is cut with an ellipsis. unit: device pixels a logical pixel; x
    // and y of the result are 0.
    Sprite text(const std::vector<TextLine>& lines, bool rightAligned, int maxWidth, double unit);
    Sprite picture(const QImage& image); // premultiplied or opaque
    void endFrame();                     // forgets what the frame did not use

private:
    static std::vector<TextLine> broken(const std::vector<TextLine>& lines, int maxWidth, double inner, double unit);
    struct Entry
    {
        Sprite sprite;
        bool used = true;
    };
    std::unordered_map<std::string, Entry> m_cache;
    std::uint64_t m_next = 1;
};

} // namespace mama::viewer
