#include "app/workstation/read/window_list.h"

#include "app/workstation/look/settings_keys.h"
#include "core/study/study.h"

#include <algorithm>

namespace mama {

WindowList::WindowList(viewer::PaneView& view, QSettings& settings, QWidget* parent)
    : QComboBox(parent), m_view(view), m_settings(settings)
{
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    setMinimumContentsLength(14);
    setToolTip(tr("Windows and LUTs of the active image, by the file's own names"));
    setAccessibleName(tr("Window"));
    setPlaceholderText(tr("own window"));
    setEnabled(false);
    connect(this, &QComboBox::activated, this, [this](int choice) {
        const auto pane = m_view.activePane();
        if (!pane)
            return;
        m_view.chooseAlike(*pane, choice);
        remember();
    });
    connect(&m_view, &viewer::PaneView::activePaneChanged, this, &WindowList::refresh);
    connect(&m_view, &viewer::PaneView::windowChanged, this, [this](const viewer::PaneId& pane) {
        if (pane == m_view.activePane() && count() > 0)
            showChoice(pane);
    });
}

void WindowList::refresh()
{
    const QSignalBlocker blocked(this);
    clear();
    const auto pane = m_view.activePane();
    const viewer::ViewImage* image = pane ? m_view.image(*pane) : nullptr;
    setEnabled(image != nullptr);
    if (!image)
        return;
    for (std::size_t i = 0; i < image->voi().size(); ++i)
        addItem(nameOf(*image, i));
    showChoice(*pane);
}

// Of a window that is nobody's but the reader's the list says so.
void WindowList::showChoice(const viewer::PaneId& pane)
{
    setCurrentIndex(m_view.hasOwnWindow(pane) ? -1
                                              : m_view.shade(pane).choice); // activated() alone is a person's choice
}

void WindowList::remember()
{
    const auto pane = m_view.activePane();
    if (const viewer::ViewImage* image = pane ? m_view.image(*pane) : nullptr)
        m_settings.setValue(keyOf(*pane), nameOf(*image, static_cast<std::size_t>(m_view.shade(*pane).choice)));
}

void WindowList::chooseRemembered(const viewer::PaneId& pane)
{
    const viewer::ViewImage* image = m_view.image(pane);
    const QString wanted = image ? m_settings.value(keyOf(pane)).toString() : QString();
    if (wanted.isEmpty())
        return;
    for (std::size_t i = 0; i < image->voi().size(); ++i)
        if (nameOf(*image, i) == wanted)
            return m_view.setVoiChoice(pane, static_cast<int>(i));
}

// The file's own name of it; which kind it is where a window and a table have one name.
QString WindowList::nameOf(const viewer::ViewImage& image, std::size_t choice)
{
    const auto& all = image.voi();
    const std::string own = all[choice].explanation();
    if (own.empty())
        return all[choice].window ? tr("window %1").arg(choice + 1) : tr("LUT %1").arg(choice + 1);
    const auto same = std::ranges::count_if(all, [&](const VoiChoice& each) { return each.explanation() == own; });
    const QString name = QString::fromStdString(own);
    if (same < 2)
        return name;
    return all[choice].window ? tr("%1 (window)").arg(name) : tr("%1 (LUT)").arg(name);
}

QString WindowList::keyOf(const viewer::PaneId& pane) const
{
    const viewer::ViewImage* image = m_view.image(pane);
    if (!image)
        return {};
    const StudyImage& facts = image->facts();
    QString device =
        QString::fromStdString(facts.header.manufacturer + " " + facts.header.model + " " + facts.presentation);
    device.replace(QLatin1Char('/'), QLatin1Char(' ')).replace(QLatin1Char('\\'), QLatin1Char(' '));
    return settings_keys::voiWindow(device.simplified());
}

} // namespace mama
