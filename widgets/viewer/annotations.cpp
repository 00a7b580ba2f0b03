#include "widgets/viewer/annotations.h"

#include "widgets/look/user_text.h"
#include "widgets/viewer/legend.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

const QColor quiet(178, 184, 192), warm(255, 196, 84), result(150, 214, 255);

QString tr(const char* text) { return QCoreApplication::translate("PaneView", text); }

int scaled(double logical, double unit) { return static_cast<int>(std::lround(logical * unit)); }

QString windowText(const ViewCell& cell)
{
    const auto& voi = cell.image->voi()[static_cast<std::size_t>(cell.shade.choice)];
    const Window& w = cell.shade.window;
    QString text = cell.image->isColour() ? tr("colour: not a mammogram")
                                          : tr("C %1  W %2").arg(w.centre, 0, 'g', 5).arg(w.width, 0, 'g', 5);
    if (!cell.image->isColour() && !voi.explanation().empty())
        text += QStringLiteral("  ") + QString::fromStdString(voi.explanation()).simplified();
    if (voi.table)
        text += tr("  (VOI LUT)");
    else if (w.function == WindowFunction::Sigmoid)
        text += tr("  (sigmoid)");
    return text;
}

QString dateText(const std::string& date)
{
    return date.size() == 8 ? QString::fromStdString(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6))
                            : QString();
}

} // namespace

QString slotName(Slot slot)
{
    static constexpr std::array names{"R CC", "L CC", "R MLO", "L MLO"};
    return QString::fromLatin1(names[static_cast<std::size_t>(slot)]);
}

void Annotations::draw(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style, SceneFrame& frame)
{
    drawBorders(model, frame);
    for (const auto& hung : model.hung()) {
        if (!model.cell(hung.slot).image)
            drawEmpty(texts, hung, frame);
        else if (texts.shown)
            drawCell(model, texts, hung, frame);
    }
    drawMeasurements(model, texts, frame);
    drawLegend(model, texts, style, frame);
    m_text.endFrame();
}

void Annotations::drawMeasurements(const ViewModel& model, const ViewTexts& texts, SceneFrame& frame)
{
    for (const Measurement& each : texts.measurements) {
        const HungCell* hung = model.hungCell(each.slot);
        const auto transform = model.transform(each.slot);
        if (!hung || !transform || !model.cell(each.slot).image)
            continue;
        const PixelRect& cell = hung->area;
        std::string key;
        for (const double part : {each.from.x, each.from.y, each.to.x, each.to.y, transform->originX,
                                  transform->originY, transform->scaleX, transform->scaleY, frame.unit})
            key += std::to_string(part) + ' ';
        for (const int part : {cell.x, cell.y, cell.width, cell.height})
            key += std::to_string(part) + ' ';
        auto& [drawn, sprite] = m_lines[each.slot];
        if (drawn != key) {
            PixelRect place;
            const QImage line = drawMeasurement(each, *transform, cell, frame.unit, place);
            sprite = line.isNull() ? Sprite() : m_text.picture(line);
            sprite.x = place.x;
            sprite.y = place.y;
            drawn = key;
        }
        if (sprite.width == 0)
            continue;
        frame.sprites.push_back(sprite);
        // Beside the end that was drawn last, inside the cell.
        Sprite text =
            m_text.text({{toText(each, model.cell(each.slot).image->facts().spacing), 10, measurementColour, true}},
                        false, std::max(40, cell.width - scaled(8, frame.unit)), frame.unit);
        const Point end = transform->toScreen(each.to);
        const int gap = scaled(10, frame.unit);
        text.x = std::clamp(static_cast<int>(std::lround(end.x)) + gap, cell.x,
                            std::max(cell.x, cell.x + cell.width - text.width));
        text.y = std::clamp(static_cast<int>(std::lround(end.y)) + gap, cell.y,
                            std::max(cell.y, cell.y + cell.height - text.height));
        frame.sprites.push_back(text);
    }
}

void Annotations::drawEmpty(const ViewTexts& texts, const HungCell& hung, SceneFrame& frame)
{
    QString text = texts.empty[static_cast<std::size_t>(hung.slot)];
    if (text.isEmpty())
        text = tr("%1: not in this study").arg(slotName(hung.slot));
    Sprite sprite = m_text.text({{text, 11, quiet}}, false, hung.area.width, frame.unit);
    sprite.x = hung.area.x + (hung.area.width - sprite.width) / 2;
    sprite.y = hung.area.y + (hung.area.height - sprite.height) / 2;
    frame.sprites.push_back(sprite);
}

// The outer upper corner is the axillary end of both projections as hung.
void Annotations::drawCell(const ViewModel& model, const ViewTexts& texts, const HungCell& hung, SceneFrame& frame)
{
    const ViewCell& cell = model.cell(hung.slot);
    const StudyImage& facts = cell.image->facts();
    const int margin = scaled(8, frame.unit);
    const bool outerLeft = isRight(hung.slot);
    const int room = std::max(40, hung.area.width - 2 * margin);
    // Over a small picture only what a result must not be without: the rest would hide the breast.
    const bool small = hung.area.height < scaled(200, frame.unit) || hung.area.width < scaled(170, frame.unit);
    const auto place = [&](Sprite sprite, int y) {
        sprite.x = outerLeft ? hung.area.x + margin : hung.area.x + hung.area.width - margin - sprite.width;
        sprite.y = y;
        frame.sprites.push_back(sprite);
    };

    std::vector<TextLine> top{
        {facts.label.empty() ? slotName(hung.slot).remove(QLatin1Char(' ')) : QString::fromStdString(facts.label),
         small ? 11.0 : 15.0, Qt::white, true}};
    const QString date =
        dateText(facts.header.acquisitionDate.empty() ? facts.header.studyDate : facts.header.acquisitionDate);
    if (!date.isEmpty() && !small)
        top.push_back({date, 9.5, quiet});
    if (!texts.patient.isEmpty())
        top.push_back({texts.patient, 9.5, quiet});
    if (const QString& score = texts.score[static_cast<std::size_t>(hung.slot)]; !score.isEmpty())
        top.push_back({score, small ? 8.5 : 10.5, result, true});
    for (const auto& badge : facts.badges)
        top.push_back({shownText(badge), 8.5, warm, false, true});
    if (cell.mirror)
        top.push_back({*cell.mirror ? tr("mirrored by you") : tr("mirroring undone by you"), 8.5, warm, false, true});
    if (!facts.warnings.empty())
        top.push_back({facts.warnings.size() == 1 ? tr("1 warning") : tr("%1 warnings").arg(facts.warnings.size()), 8.5,
                       warm, false, true});
    place(m_text.text(top, !outerLeft, room, frame.unit), hung.area.y + margin / 2);
    if (small)
        return;

    const double zoom = cell.pose.pixelsPerMm * spacingOf(*cell.image, model.mmPerPixel()).column;
    std::vector<TextLine> bottom{
        {windowText(cell), 8.5, quiet},
        {tr("zoom %1 %").arg(100 * zoom, 0, 'f', zoom < 0.1 ? 1 : 0) + (model.inverted ? tr(" · inverted") : QString()),
         8.5, quiet}};
    Sprite sprite = m_text.text(bottom, !outerLeft, room, frame.unit);
    const int y = hung.area.y + hung.area.height - margin / 2 - sprite.height;
    place(sprite, y);
    drawRuler(model, hung, y - scaled(4, frame.unit), frame);
}

// A bar of 1, 2 or 5 times a power of ten millimetres, at most a third of the cell, with the basis of the scale.
void Annotations::drawRuler(const ViewModel& model, const HungCell& hung, int bottom, SceneFrame& frame)
{
    const ViewCell& cell = model.cell(hung.slot);
    const auto& spacing = cell.image->facts().spacing;
    const int margin = scaled(8, frame.unit);
    const bool outerLeft = isRight(hung.slot);
    const double perMm = cell.pose.pixelsPerMm;
    double length = 0;
    for (const double mm : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0})
        if (mm * perMm <= std::max(hung.area.width / 3.0, 30.0))
            length = mm;
    QString text = tr("no mm scale in this file");
    if (spacing.mm && length > 0)
        text = QLocale().toString(length, 'g', 3) + tr(" mm") + QStringLiteral(" · ") + shownText(spacing.basis);
    else if (spacing.mm)
        return;
    Sprite sprite =
        m_text.text({{text, 8.5, quiet}}, !outerLeft, std::max(40, hung.area.width - 2 * margin), frame.unit);
    sprite.x = outerLeft ? hung.area.x + margin : hung.area.x + hung.area.width - margin - sprite.width;
    sprite.y = bottom - sprite.height;
    frame.sprites.push_back(sprite);
    if (!spacing.mm)
        return;
    const int width = static_cast<int>(std::lround(length * perMm)), thick = std::max(1, scaled(2, frame.unit)),
              tick = scaled(6, frame.unit);
    const int x = outerLeft ? hung.area.x + margin + scaled(3, frame.unit)
                            : hung.area.x + hung.area.width - margin - scaled(3, frame.unit) - width;
    const int y = sprite.y - thick;
    frame.bars.push_back({{x - 1, y - tick - 1, width + 2, tick + thick + 2}, 0, 0, 0, 0.45F});
    for (const PixelRect& part : {PixelRect{x, y, width, thick}, PixelRect{x, y - tick, thick, tick},
                                  PixelRect{x + width - thick, y - tick, thick, tick}})
        frame.bars.push_back({part, 0.85F, 0.87F, 0.9F, 1});
}

void Annotations::drawBorders(const ViewModel& model, SceneFrame& frame)
{
    const int thin = std::max(1, scaled(1, frame.unit));
    for (const auto& hung : model.hung()) {
        const PixelRect& a = hung.area;
        const bool active = hung.slot == model.active && model.hung().size() > 1;
        const float red = active ? 0.25F : 0.16F, green = active ? 0.55F : 0.17F, blue = active ? 0.85F : 0.19F;
        // The chest-wall edge is left free: there the two breasts meet.
        frame.bars.push_back({{a.x, a.y, a.width, thin}, red, green, blue, 1});
        if (active)
            frame.bars.push_back({{a.x, a.y + a.height - thin, a.width, thin}, red, green, blue, 1});
        frame.bars.push_back(
            {{isRight(hung.slot) ? a.x : a.x + a.width - thin, a.y, thin, a.height}, red, green, blue, 1});
    }
}

void Annotations::drawLegend(const ViewModel& model, const ViewTexts& texts, const OverlayStyle& style,
                             SceneFrame& frame)
{
    const LegendFacts facts = legendFacts(model, texts.legend, style);
    const int height = scaled(legendHeight, frame.unit);
    const std::string key = facts.key() + ' ' + std::to_string(frame.width) + ' ' + std::to_string(frame.unit);
    if (key != m_legendKey) {
        m_legendKey = key;
        m_legend = m_text.picture(paintLegend(facts, frame.width, height, frame.unit));
    }
    m_legend.y = frame.height - height;
    frame.sprites.push_back(m_legend);
}

} // namespace mama::viewer
