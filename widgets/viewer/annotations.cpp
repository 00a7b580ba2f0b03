#include "widgets/viewer/annotations.h"

#include "core/study/study.h"
#include "widgets/look/shown_text.h"
#include "widgets/viewer/label_places.h"
#include "widgets/viewer/legend.h"
#include "widgets/viewer/note.h"
#include "widgets/viewer/pane_texts.h"

#include <QCoreApplication>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <utility>

namespace mama::viewer {
namespace {

const QColor quiet(178, 184, 192), warm(255, 196, 84), result(150, 214, 255);

QString tr(const char* text) { return QCoreApplication::translate("PaneView", text); }

int scaled(double logical, double unit) { return static_cast<int>(std::lround(logical * unit)); }

QImage drawMark(int number, double unit)
{
    constexpr double size = 40, ring = 8; // logical pixels: the picture, the ring's radius
    QImage picture(scaled(size, unit), scaled(size, unit), QImage::Format_RGBA8888_Premultiplied);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(unit, unit);
    const QPointF centre(size / 2, size / 2);
    for (const auto& [colour, width] : {std::pair<QColor, double>{Qt::black, 4}, {measurementColour, 2}}) {
        painter.setPen(QPen(colour, width));
        painter.drawEllipse(centre, ring, ring);
    }
    QFont font;
    font.setPixelSize(11);
    font.setBold(true);
    QPainterPath digits;
    digits.addText(centre + QPointF(ring + 1, -ring + 2), font, QString::number(number));
    painter.strokePath(digits, QPen(Qt::black, 3));
    painter.fillPath(digits, measurementColour);
    return picture;
}

struct BorderColour
{
    float red, green, blue;
};

// Blue around the current exam, amber around a prior one, brighter where the keys go.
BorderColour borderColour(ExamRole role, bool active)
{
    if (role == ExamRole::Prior)
        return active ? BorderColour{1.0F, 0.72F, 0.2F} : BorderColour{0.55F, 0.38F, 0.08F};
    if (role == ExamRole::Current)
        return active ? BorderColour{0.3F, 0.65F, 1.0F} : BorderColour{0.12F, 0.3F, 0.55F};
    return active ? BorderColour{0.25F, 0.55F, 0.85F} : BorderColour{0.16F, 0.17F, 0.19F};
}

QString starText(const SpacingFact& spacing) { return tr("* %1").arg(shownText(spacing.basis)); }

// Large, where exams hang beside each other; in a narrow cell in two lines.
void addExam(ExamRole role, const QString& date, bool narrow, std::vector<TextLine>& lines)
{
    const QString word = role == ExamRole::Prior ? tr("PRIOR") : tr("CURRENT"),
                  when = date.isEmpty() ? tr("no date") : date;
    const QColor colour = role == ExamRole::Prior ? warm : result;
    if (!narrow)
        return lines.push_back({word + QLatin1Char(' ') + when, 14.0, colour, true});
    lines.push_back({word, 13.0, colour, true});
    lines.push_back({when, 13.0, colour, true});
}

// What was drawn since: sprites and bars from these numbers on.
std::vector<PixelRect> areasFrom(const SceneFrame& frame, std::size_t sprites, std::size_t bars)
{
    std::vector<PixelRect> areas;
    for (std::size_t i = sprites; i < frame.sprites.size(); ++i)
        areas.push_back({frame.sprites[i].x, frame.sprites[i].y, frame.sprites[i].width, frame.sprites[i].height});
    for (std::size_t i = bars; i < frame.bars.size(); ++i)
        areas.push_back(frame.bars[i].area);
    return areas;
}

} // namespace

ExamRole ViewTexts::role(const HungCell& cell) const
{
    const auto found = cell.pane ? exams.find(cell.pane->study) : exams.end();
    return found == exams.end() ? ExamRole::Only : found->second;
}

void Annotations::draw(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style, SceneFrame& frame)
{
    drawBorders(model, texts, frame);
    for (const HungCell& cell : model.hung()) {
        if (!cell.pane || !model.pane(*cell.pane))
            drawEmpty(texts, cell, frame);
        else if (texts.labels)
            drawCell(model, texts, style, cell, frame);
    }
    drawMarks(model, texts.marks, frame);
    drawLegend(model, texts, style, frame);
}

// Rings with a number beside them: what lies under a mark stays visible.
void Annotations::drawMarks(const ViewModel& model, const std::map<PaneId, std::vector<Point>>& marks,
                            SceneFrame& frame)
{
    if (std::exchange(m_markUnit, frame.unit) != frame.unit)
        m_marks.clear();
    std::size_t number = 0;
    for (const auto& [pane, places] : marks) {
        const HungCell* cell = model.hungCell(pane);
        const auto transform = cell ? model.transform(pane) : std::nullopt;
        for (const Point& place : places) {
            const std::size_t mine = number++;
            if (!transform || !model.pane(pane))
                continue;
            while (m_marks.size() <= mine)
                m_marks.push_back(m_text.picture(drawMark(static_cast<int>(m_marks.size()) + 1, frame.unit)));
            const auto put = [&](Point at, const PixelRect& area) {
                if (!area.contains(at.x, at.y))
                    return;
                Sprite sprite = m_marks[mine];
                sprite.x = static_cast<int>(std::lround(at.x - sprite.width / 2.0));
                sprite.y = static_cast<int>(std::lround(at.y - sprite.height / 2.0));
                frame.sprites.push_back(sprite);
            };
            const Point at = transform->toScreen(place);
            if (frame.loupes.empty() || !frame.loupes.front().area.contains(at.x, at.y))
                put(at, cell->area);
            for (const ScenePane& loupe : frame.loupes)
                if (loupe.image == model.pane(pane)->image)
                    put(loupe.transform.toScreen(place), loupe.area);
        }
    }
}

void Annotations::drawEmpty(const ViewTexts& texts, const HungCell& cell, SceneFrame& frame)
{
    const auto told = cell.pane ? texts.missing.find(*cell.pane) : texts.missing.end();
    const QString nothing = texts.nothing.isEmpty() ? tr("%1: not in this study") : texts.nothing;
    const QString text = told != texts.missing.end() ? told->second : nothing.arg(QString::fromStdString(cell.name));
    // A reason may be long: first what it is of, then the words.
    const int room = std::max(40, cell.area.width - 2 * scaled(16, frame.unit));
    std::vector<TextLine> lines;
    for (const QString& part : text.split(QLatin1Char('\n')))
        for (TextLine& line : TextSprites::wrapped({part, lines.empty() ? 11.0 : 9.5, quiet}, room, 8, frame.unit))
            lines.push_back(std::move(line));
    Sprite sprite = m_text.text(lines, false, room, frame.unit);
    sprite.x = cell.area.x + (cell.area.width - sprite.width) / 2;
    sprite.y = cell.area.y + (cell.area.height - sprite.height) / 2;
    frame.sprites.push_back(sprite);
}

// The outer upper corner is the axillary end of both projections as hung.
void Annotations::drawCell(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style,
                           const HungCell& cell, SceneFrame& frame)
{
    const Pane& pane = *model.pane(*cell.pane);
    const StudyImage& facts = pane.image->facts();
    const int margin = scaled(8, frame.unit);
    const bool outerLeft = cell.wallRight;
    const int room = std::max(40, cell.area.width - 2 * margin);
    const bool narrow = cell.area.height < scaled(200, frame.unit) || cell.area.width < scaled(170, frame.unit);
    // Over a small picture, too, only what must be known: the rest would hide the breast. One that is narrow alone
    // leaves room above and below it.
    const bool few = (narrow && cell.area.height < scaled(400, frame.unit)) || !texts.all;
    const std::size_t sprites = frame.sprites.size(), bars = frame.bars.size();
    const auto place = [&](Sprite sprite, int y) {
        sprite.x = outerLeft ? cell.area.x + margin : cell.area.x + cell.area.width - margin - sprite.width;
        sprite.y = y;
        frame.sprites.push_back(sprite);
    };

    const QString name = QString::fromStdString(facts.label.empty() ? cell.name : facts.label);
    std::vector<TextLine> top{{name, narrow ? 11.0 : 15.0, Qt::white, true}};
    const QString date =
        dateText(facts.header.acquisitionDate.empty() ? facts.header.studyDate : facts.header.acquisitionDate);
    if (const ExamRole role = texts.role(cell); role != ExamRole::Only)
        addExam(role, date, cell.area.width < scaled(260, frame.unit), top);
    else if (!date.isEmpty() && !few)
        top.push_back({date, 9.5, quiet});
    if (const auto score = texts.score.find(*cell.pane);
        texts.all && score != texts.score.end() && !score->second.isEmpty())
        for (const QString& line : score->second.split(QLatin1Char('\n')))
            top.push_back({line, narrow ? 8.5 : 10.5, result, true});
    if (const auto doubt = texts.doubt.find(*cell.pane); doubt != texts.doubt.end() && !doubt->second.isEmpty())
        for (const QString& line : doubt->second.split(QLatin1Char('\n')))
            top.push_back({line, 8.5, warm, false, true});
    if (facts.header.frames > 1)
        top.push_back({tr("frame %1 of %2").arg(facts.frame + 1).arg(facts.header.frames), 9.5, quiet});
    if (const QString unknown = unknownText(facts); !unknown.isEmpty())
        top.push_back({unknown, 8.5, warm, false, true});
    for (const auto& badge : facts.badges)
        top.push_back({shownText(badge), 8.5, warm, false, true});
    if (pane.overlay && style.visible && style.basis == RangeBasis::Study)
        top.push_back({tr("colours stretched to this study"), 8.5, warm, false, true});
    if (model.inverted)
        top.push_back({tr("inverted"), 8.5, warm, false, true});
    if (pane.own)
        top.push_back({tr("unlinked: zooms and windows by itself"), 8.5, warm, false, true});
    if (!(pane.turn == Turn()))
        top.push_back({turnText(pane), 8.5, warm, false, true});
    if (!facts.warnings.empty())
        top.push_back({facts.warnings.size() == 1 ? tr("1 warning") : tr("%1 warnings").arg(facts.warnings.size()), 8.5,
                       warm, false, true});
    if (few && texts.starred.contains(*cell.pane))
        top.push_back({starText(facts.spacing), 8.5, quiet});
    for (TextLine& line : top)
        line.grounded = true;
    std::for_each(top.begin() + 1, top.end(),
                  [](TextLine& line) { line.most = 3; }); // a number that is cut says nothing
    place(m_text.text(top, !outerLeft, room, frame.unit), cell.area.y + margin / 2);
    const auto directions = [&](std::vector<PixelRect> taken) {
        if (!(pane.turn == Turn()) && !narrow)
            drawDirections(pane, cell, std::move(taken), frame);
    };
    if (few)
        return directions(areasFrom(frame, sprites, bars));

    std::vector<TextLine> bottom;
    if (pane.overlay && style.visible) {
        bottom.push_back({tr("patch %1").arg(patchText(*pane.image, *pane.overlay)), 8.5, quiet});
        if (pane.peak)
            bottom.push_back({peakText(pane), 8.5, quiet});
    }
    if (const auto field = model.field(*cell.pane)) {
        bottom.push_back({fieldText(pane, *field), 9.5, warm, true});
    }
    const bool trueSize = model.modeOf(pane) == ZoomMode::TrueSize && facts.spacing.mm;
    const std::vector<TextLine> always{
        {windowText(model, pane), 8.5, quiet},
        {zoomText(zoomOf(model, pane)) + (trueSize ? tr(" · true size") : QString()), 8.5, quiet}};
    bottom.insert(bottom.end(), always.begin(), always.end());
    for (TextLine& line : bottom)
        line.grounded = true;
    Sprite sprite = m_text.text(bottom, !outerLeft, room, frame.unit);
    const int y = cell.area.y + cell.area.height - margin / 2 - sprite.height;
    place(sprite, y);
    drawRuler(model, cell, y - scaled(4, frame.unit), frame);
    std::vector<PixelRect> taken = areasFrom(frame, sprites, bars);
    if (const auto field = model.field(*cell.pane))
        drawField(*field, cell, taken, frame);
    directions(std::move(taken));
}

// Where on the breast the field lies that is shown: at the chest wall, below, above what is written there.
void Annotations::drawField(const ViewModel::Field& field, const HungCell& cell, std::vector<PixelRect>& taken,
                            SceneFrame& frame)
{
    const int wide = scaled(9, frame.unit), high = scaled(7, frame.unit), gap = std::max(1, scaled(1.5, frame.unit)),
              margin = scaled(10, frame.unit);
    const int width = field.columns * (wide + gap), height = field.rows * (high + gap);
    const PixelRect& a = cell.area;
    if (width > a.width / 3 || height > a.height / 3)
        return;
    PixelRect whole{cell.wallRight ? a.x + a.width - margin - width : a.x + margin, a.y + a.height - margin - height,
                    width, height};
    while (!isFree(whole, taken) && whole.y > a.y + a.height / 2)
        --whole.y;
    taken.push_back(whole);
    for (int row = 0; row < field.rows; ++row)
        for (int column = 0; column < field.columns; ++column) {
            const int fromWall = column * (wide + gap);
            const PixelRect box{cell.wallRight ? whole.x + width - fromWall - wide : whole.x + fromWall,
                                whole.y + row * (high + gap), wide, high};
            const bool here = row == field.row && column == field.column;
            frame.bars.push_back({{box.x - 1, box.y - 1, box.width + 2, box.height + 2}, 0, 0, 0, 0.6F});
            frame.bars.push_back({box, here ? 1.0F : 0.35F, here ? 0.77F : 0.38F, here ? 0.33F : 0.42F, 1});
        }
}

// At each edge, of an image that does not hang as one expects; never on what is written there already.
void Annotations::drawDirections(const Pane& pane, const HungCell& cell, std::vector<PixelRect> taken,
                                 SceneFrame& frame)
{
    for (const Point towards : {Point{1, 0}, Point{-1, 0}, Point{0, 1}, Point{0, -1}}) {
        const QString letter = directionText(pane, towards);
        if (letter.isEmpty())
            continue;
        Sprite sprite = m_text.text({{letter, 11.0, warm, true, true}}, false, cell.area.width, frame.unit);
        const PixelRect at =
            placeAtEdge(cell.area, towards, {0, 0, sprite.width, sprite.height}, scaled(6, frame.unit), taken);
        sprite.x = at.x;
        sprite.y = at.y;
        taken.push_back(at);
        frame.sprites.push_back(sprite);
    }
}

// A bar of 1, 2 or 5 times a power of ten millimetres, at most a third of the cell, with the basis of the scale.
void Annotations::drawRuler(const ViewModel& model, const HungCell& cell, int bottom, SceneFrame& frame)
{
    const Pane& pane = *model.pane(*cell.pane);
    const auto& spacing = pane.image->facts().spacing;
    const int margin = scaled(8, frame.unit);
    const bool outerLeft = cell.wallRight;
    const double perMm = pane.pose.pixelsPerMm;
    double length = 0;
    for (const double mm : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0})
        if (mm * perMm <= std::max(cell.area.width / 3.0, 30.0))
            length = mm;
    QString text = tr("no mm scale in this file");
    if (spacing.mm && length > 0)
        text = QLocale::c().toString(length, 'g', 3) + tr(" mm") + QStringLiteral(" · ") +
               (isUncorrected(spacing) ? starText(spacing) : shownText(spacing.basis));
    else if (spacing.mm)
        return;
    Sprite sprite = m_text.text({{text, 8.5, quiet, false, false, 2, true}}, !outerLeft,
                                std::max(40, cell.area.width - 2 * margin), frame.unit);
    sprite.x = outerLeft ? cell.area.x + margin : cell.area.x + cell.area.width - margin - sprite.width;
    sprite.y = bottom - sprite.height;
    frame.sprites.push_back(sprite);
    if (!spacing.mm)
        return;
    const int width = static_cast<int>(std::lround(length * perMm)), thick = std::max(1, scaled(2, frame.unit)),
              tick = scaled(6, frame.unit);
    const int x = outerLeft ? cell.area.x + margin + scaled(3, frame.unit)
                            : cell.area.x + cell.area.width - margin - scaled(3, frame.unit) - width;
    const int y = sprite.y - thick;
    frame.bars.push_back({{x - 1, y - tick - 1, width + 2, tick + thick + 2}, 0, 0, 0, 0.45F});
    for (const PixelRect& part : {PixelRect{x, y, width, thick}, PixelRect{x, y - tick, thick, tick},
                                  PixelRect{x + width - thick, y - tick, thick, tick}})
        frame.bars.push_back({part, 0.85F, 0.87F, 0.9F, 1});
}

void Annotations::drawBorders(const ViewModel& model, const ViewTexts& texts, SceneFrame& frame)
{
    const int thin = std::max(1, scaled(1, frame.unit));
    for (const HungCell& cell : model.hung()) {
        const PixelRect& a = cell.area;
        const bool active = &cell == model.activeCell() && model.hung().size() > 1;
        const BorderColour colour = borderColour(texts.role(cell), active);
        // The chest-wall edge is left free: there the two breasts meet.
        frame.bars.push_back({{a.x, a.y, a.width, thin}, colour.red, colour.green, colour.blue, 1});
        if (active)
            frame.bars.push_back(
                {{a.x, a.y + a.height - thin, a.width, thin}, colour.red, colour.green, colour.blue, 1});
        frame.bars.push_back({{cell.wallRight ? a.x : a.x + a.width - thin, a.y, thin, a.height},
                              colour.red,
                              colour.green,
                              colour.blue,
                              1});
    }
}

int Annotations::legendRoom(const ViewModel& model, const ViewTexts& texts, OverlayStyle style, QSizeF view)
{
    const double width = std::max(1.0, view.width() - texts.coveredLeft - texts.coveredRight);
    const OverlayLegend& legend = texts.legend;
    std::string key = std::to_string(width) + ' ' + std::to_string(view.height());
    for (const std::string* part : {&legend.sentence, &legend.model, &legend.profile, &legend.range, &legend.minus,
                                    &legend.minusSentence, &legend.way, &legend.note, &legend.warning})
        key += '\n' + *part;
    if (key != m_roomKey) {
        m_roomKey = key;
        m_room = 0;
    }
    style.visible = true;
    const LegendFacts facts = legendFacts(model, legend, style);
    if (!facts.bare() || !texts.noticeElsewhere)
        m_room = std::max(m_room, legendHeight(facts, width, 0.45 * view.height()));
    return m_room;
}

void Annotations::drawLegend(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style,
                             SceneFrame& frame)
{
    const LegendFacts facts = legendFacts(model, texts.legend, style);
    const int left = scaled(texts.coveredLeft, frame.unit),
              width = std::max(1, frame.width - left - scaled(texts.coveredRight, frame.unit));
    const int height =
        scaled(legendRoom(model, texts, style, {frame.width / frame.unit, frame.height / frame.unit}), frame.unit);
    if (height <= 0)
        return;
    const std::string key =
        facts.key() + ' ' + std::to_string(width) + ' ' + std::to_string(height) + ' ' + std::to_string(frame.unit);
    if (key != m_legendKey) {
        m_legendKey = key;
        m_legend = m_text.picture(paintLegend(facts, width, height, frame.unit));
    }
    m_legend.x = left;
    m_legend.y = frame.height - height;
    frame.sprites.push_back(m_legend);
}

} // namespace mama::viewer
