// Images of the study on screen that stand beside its views, are given one, or have several frames.
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/work/reader_work.h"
#include "core/base/path_text.h"

#include <algorithm>

namespace mama {

void ReadPage::hangExtra(int image)
{
    m_step = -1;
    if (m_compare == Compare::Swapped)
        m_compare = Compare::Off;
    if (m_studies->hanging().empty() || !m_studies->swapIn(image))
        m_studies->showAlone(image);
    m_view->setFocus();
}

// Another image of the study by itself: of those that hang in no view.
void ReadPage::stepAlone(int by)
{
    const Study& study = *m_studies->study();
    const int count = static_cast<int>(study.images.size());
    for (int step = 1; step <= count; ++step) {
        const int image = ((m_studies->alone() + by * step) % count + count) % count;
        if (study.images[static_cast<std::size_t>(image)].slot == Slot::Extra)
            return m_studies->showAlone(image);
    }
}

// The active image, for which nothing else says where it belongs.
void ReadPage::place(Slot slot)
{
    const auto active = m_view->activePane();
    const Study* study = m_studies->study();
    if (!activeImage())
        return Q_EMIT told(tr("No image of this exam is active: click one first."), false);
    const std::filesystem::path path = study->images[active->image].path;
    const int frame = study->images[active->image].frame;
    const QString file = QString::fromStdString(pathText(path.filename()));
    if (!m_studies->place(static_cast<int>(active->image), slot))
        return Q_EMIT told(tr("The file says which view %1 is: it stays so.").arg(file), false);
    const auto placed = std::ranges::find_if(m_studies->study()->images, [&](const StudyImage& each) {
        return each.path == path && each.frame == frame; // placing one reorders them
    });
    m_reader->assign(*placed);
    m_placedLast = true;
    const QString view = QString::fromStdString(viewer::slotName(slot));
    if (placed->slot == Slot::Extra) {
        const StudyImage* there = m_studies->study()->inSlot(slot);
        return Q_EMIT told(
            tr("%1 is %2, as you say, and stands beside: %3 hangs there.")
                .arg(file, view, there ? QString::fromStdString(pathText(there->path.filename())) : QString()),
            false);
    }
    const auto open = std::ranges::count_if(m_studies->study()->images, [](const StudyImage& each) {
        return each.side == Side::Unknown || each.view.empty();
    });
    const QString back = keyOf("study.undo");
    Q_EMIT told(
        open == 0
            ? tr("%1 is %2, as you say. %3 takes it back.").arg(file, view, back)
            : tr("%1 is %2, as you say. %3 takes it back. %n image(s) have no view yet and do not count for the study.",
                 nullptr, static_cast<int>(open))
                  .arg(file, view, back),
        false);
}

void ReadPage::undoPlace()
{
    m_placedLast = false;
    if (!m_studies->undoPlace())
        return Q_EMIT told(tr("There is nothing to take back."), false);
    m_reader->undoAssign();
    Q_EMIT told(tr("Side and view are unknown again."), false);
}

void ReadPage::stepFrame(int by)
{
    const auto active = m_view->activePane();
    const Study* study = m_studies->study();
    if (!activeImage())
        return Q_EMIT told(tr("No image of this exam is active: click one first."), false);
    const StudyImage& image = study->images[active->image];
    if (image.header.frames < 2)
        return Q_EMIT told(tr("%1 has one frame only.").arg(nameOf(image)), false);
    const int wanted = std::clamp(image.frame + by, 0, image.header.frames - 1);
    if (wanted == image.frame)
        return;
    m_studies->showFrame(static_cast<int>(active->image), wanted);
    m_session->setStudy(std::make_shared<const Study>(*study),
                        m_studies->beside()); // scores are of the frame on screen
}

} // namespace mama
