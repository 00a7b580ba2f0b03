#include "app/workstation/read/studies/exam_thumbs.h"

#include "core/library/pictures/thumb.h"

#include <QPainter>
#include <algorithm>
#include <array>

namespace mama {
namespace {

constexpr std::size_t mostPictures = 2000; // about 60 KiB each

QImage pictureOf(const StudyImage& image)
{
    const std::optional<int> frame = image.header.frames > 1 ? std::optional(image.frame) : std::nullopt;
    const Thumb thumb = makeThumb(image.path, frame);
    const HungThumb hung = hang(thumb, image.side, image.view);
    const Raster<std::uint8_t>& grey = hung.picture;
    if (grey.rows < 1 || grey.columns < 1)
        return {};
    return QImage(grey.values.data(), grey.columns, grey.rows, grey.columns, QImage::Format_Grayscale8).copy();
}

} // namespace

ExamThumbs::ExamThumbs(QObject* parent) : QObject(parent)
{
    m_thread.setMaxThreadCount(1);
    m_thread.setThreadPriority(QThread::LowPriority);
}

ExamThumbs::~ExamThumbs()
{
    m_wanted.clear();
    m_thread.waitForDone();
}

QImage ExamThumbs::picture(const StudyImage& image) const
{
    const auto found = m_pictures.find(keyOf(image));
    return found == m_pictures.end() ? QImage() : found->second;
}

void ExamThumbs::want(const std::vector<StudyImage>& images)
{
    m_wanted.clear();
    for (const StudyImage& image : images)
        if (!m_pictures.contains(keyOf(image)))
            m_wanted.push_back(image);
    readNext();
}

void ExamThumbs::setPaused(bool paused)
{
    m_paused = paused;
    readNext();
}

void ExamThumbs::clear()
{
    ++m_round;
    m_wanted.clear();
    m_pictures.clear();
}

void ExamThumbs::readNext()
{
    if (m_paused || m_reading || m_wanted.empty())
        return;
    m_reading = true;
    StudyImage image = std::move(m_wanted.front());
    m_wanted.pop_front();
    const Key key = keyOf(image);
    const auto take = [this, key, round = m_round](const QImage& picture) {
        m_reading = false;
        if (round == m_round && m_pictures.size() < mostPictures) {
            m_pictures[key] = picture; // a null one: it is not tried again
            Q_EMIT changed();
        }
        readNext();
    };
    BackgroundJob::Callbacks<QImage> calls;
    calls.work = [image = std::move(image)](const Job&) -> Cancellable<QImage> { return pictureOf(image); };
    calls.done = take;
    calls.failed = [take](const QString&) { take({}); }; // the list of images says why
    BackgroundJob::start<QImage>(this, std::move(calls), &m_thread);
}

QImage ExamThumbs::strip(const Study& study, QSize size) const
{
    constexpr std::array order{Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO};
    if (std::ranges::all_of(order, [&](Slot slot) {
            const StudyImage* image = study.inSlot(slot);
            return !image || picture(*image).isNull();
        }))
        return {};
    QImage out(size, QImage::Format_RGB32);
    out.fill(Qt::black);
    QPainter painter(&out);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const int width = size.width() / 4;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const StudyImage* image = study.inSlot(order[i]);
        const QImage one = image ? picture(*image) : QImage();
        if (one.isNull())
            continue;
        const bool right = order[i] == Slot::RCC || order[i] == Slot::RMLO; // its chest wall is on its right
        const QSize fit = one.size().scaled(width, size.height(), Qt::KeepAspectRatio);
        const int left = static_cast<int>(i) * width + (right ? width - fit.width() : 0);
        painter.drawImage(QRect(QPoint(left, (size.height() - fit.height()) / 2), fit), one);
    }
    return out;
}

} // namespace mama
