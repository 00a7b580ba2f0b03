#include "widgets/library/detail_pictures.h"

#include "widgets/look/shown_text.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr int gap = 2;
constexpr double usualShape = 1.25, frameWidth = 2; // shape: height over width of a view
const QColor markColour(0xff, 0xc1, 0x07), rimColour(0, 0, 0, 180);

} // namespace

DetailPictures::DetailPictures(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Pictures of the study"));
}

void DetailPictures::show(const std::array<TilePicture, 4>& pictures, const StudyFacts& facts)
{
    m_pictures = pictures;
    m_findings = facts.findings;
    for (std::size_t view = 0; view < 4; ++view) {
        const FactImage* image = facts.inPlace(static_cast<int>(view));
        m_marks[view] = image ? image->annotations : std::vector<FactAnnotation>();
    }
    update();
}

int DetailPictures::heightFor(int width, int most)
{
    return std::min(2 * static_cast<int>((width - gap) / 2 * usualShape) + gap, most);
}

QRect DetailPictures::cell(int view) const
{
    const int across = (width() - gap) / 2, down = (height() - gap) / 2;
    return {view % 2 == 1 ? width() - across : 0, view >= 2 ? height() - down : 0, across, down};
}

QRectF DetailPictures::markRect(int view, const FactAnnotation& mark) const
{
    const TilePicture& picture = m_pictures[static_cast<std::size_t>(view)];
    const QRectF place = m_places[static_cast<std::size_t>(view)];
    const bool finite =
        std::all_of(mark.geometry.begin(), mark.geometry.end(), [](float at) { return std::isfinite(at); });
    if (place.isEmpty() || picture.stored.isEmpty() || mark.geometry.size() < 2 || !finite)
        return {};
    double left = mark.geometry[0], right = left, top = mark.geometry[1], bottom = top;
    if (mark.kind == "circle" && mark.geometry.size() >= 3) {
        const double radius = mark.geometry[2];
        left -= radius, right += radius, top -= radius, bottom += radius;
    } else {
        for (std::size_t i = 0; i + 1 < mark.geometry.size(); i += 2) {
            left = std::min<double>(left, mark.geometry[i]);
            right = std::max<double>(right, mark.geometry[i]);
            top = std::min<double>(top, mark.geometry[i + 1]);
            bottom = std::max<double>(bottom, mark.geometry[i + 1]);
        }
    }
    return TilePainter::placeOn(picture, place, QRectF(QPointF(left, top), QPointF(right, bottom)));
}

void DetailPictures::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), Qt::black);
    for (int view = 0; view < 4; ++view) {
        const auto at = static_cast<std::size_t>(view);
        m_places[at] = m_painter.paintView(painter, cell(view), m_pictures[at], view % 2 == 0);
        painter.setClipRect(cell(view));
        painter.setBrush(Qt::NoBrush);
        for (const FactAnnotation& mark : m_marks[at]) {
            const QRectF place = markRect(view, mark);
            if (place.isNull())
                continue;
            const QRectF box = place.adjusted(-1, -1, 1, 1);
            for (const auto& [colour, width] : {std::pair(rimColour, 3.0), std::pair(markColour, 1.4)}) {
                painter.setPen(QPen(colour, width));
                mark.kind == "circle" ? painter.drawEllipse(box) : painter.drawRect(box);
            }
        }
        painter.setClipping(false);
        if (m_framed != 0 && m_pictures[at].image == m_framed) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), frameWidth));
            painter.drawRect(QRectF(cell(view)).adjusted(1, 1, -1, -1));
        }
    }
}

void DetailPictures::frame(std::int64_t image)
{
    m_framed = image;
    update();
}

// What is marked there; elsewhere which view it is, and why it is not shown.
QString DetailPictures::tip(const QPoint& at) const
{
    for (int view = 0; view < 4; ++view) {
        if (!cell(view).contains(at))
            continue;
        const TilePicture& picture = m_pictures[static_cast<std::size_t>(view)];
        QString text = picture.name;
        if (const QString word = TilePainter::word(picture); !word.isEmpty())
            text += QStringLiteral(": ") + word;
        if (!picture.reason.isEmpty())
            text += QLatin1Char('\n') + picture.reason;
        for (const FactAnnotation& mark : m_marks[static_cast<std::size_t>(view)]) {
            if (!markRect(view, mark).adjusted(-2, -2, 2, 2).contains(at))
                continue;
            text += QLatin1Char('\n') + QString::fromStdString(mark.kind);
            const auto finding = std::find_if(m_findings.begin(), m_findings.end(),
                                              [&](const FactFinding& each) { return each.id == mark.finding; });
            if (finding != m_findings.end())
                text += tr(" of finding %1 %2").arg(finding->number).arg(QString::fromStdString(finding->kinds));
            if (!mark.note.empty())
                text += QStringLiteral(": ") + QString::fromStdString(mark.note);
        }
        return text;
    }
    return {};
}

bool DetailPictures::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString text = tip(help->pos());
    text.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), plainTip(text), this);
    return true;
}

void DetailPictures::mouseDoubleClickEvent(QMouseEvent* event)
{
    for (int view = 0; view < 4; ++view)
        if (cell(view).contains(event->pos()))
            return Q_EMIT opened(m_pictures[static_cast<std::size_t>(view)].image);
    Q_EMIT opened(0);
}

} // namespace mama
