// What pictures take of the machine, and how the screen shows them.
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/read/dialogs/memory_dialog.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/screens/display_dialog.h"
#include "app/workstation/screens/pictures_apart.h"
#include "app/workstation/screens/view_apart.h"
#include "widgets/display/test_pattern_window.h"

#include <QAction>
#include <QScreen>

namespace mama {

void ReadPage::buildDisplayCommands()
{
    QMenu* menu = addSubmenu(QStringLiteral("&View"), tr("&Display"));
    add(menu, {"view.display", tr("&Screen and display function…"), [this] {
                   if (DisplayDialog(m_settings, window()).exec() == QDialog::Accepted)
                       drawForScreen();
               }});
    QAction* apart = add(menu, {"view.apart", tr("Pictures in a &window of their own"),
                                [this] { m_apart->setApart(!m_apart->isApart()); }});
    apart->setCheckable(true);
    connect(m_apart, &PicturesApart::changed, apart, &QAction::setChecked);
    QAction* detach =
        add(menu, {"view.detach", tr("The active &view in a window of its own"), [this] { toggleViewApart(); }});
    detach->setCheckable(true);
    const auto tick = [this, detach] { detach->setChecked(m_viewApart->isOpen()); };
    connect(detach, &QAction::triggered, detach, tick);
    connect(m_viewApart, &ViewApart::changed, detach, tick);
    add(menu, {"view.pattern", tr("&Test pattern"), [this] { showTestPattern(); }});
    add(menu, {"view.memory", tr("&Memory for pictures…"),
               [this] { MemoryDialog(m_studies->cache(), m_settings, window()).exec(); }});
}

void ReadPage::drawForScreen()
{
    constexpr std::size_t entries = 4096; // finer than the screen's 256 levels, which they are rounded to
    const auto screen = describedScreen(m_settings);
    const bool on = screen && m_settings.value(settings_keys::gsdf, false).toBool();
    m_view->setGreys(on ? std::make_shared<const std::vector<float>>(gsdfTable(*screen, entries)) : nullptr);
    Q_EMIT displayNoted(displayNote());
}

QString ReadPage::displayNote() const
{
    const auto screen = describedScreen(m_settings);
    if (!screen || !m_settings.value(settings_keys::gsdf, false).toBool())
        return {};
    return tr("GSDF %1–%2 cd/m², not a medical display")
        .arg(screen->darkest, 0, 'g', 3)
        .arg(screen->brightest, 0, 'g', 4);
}

// On the screen that the pictures are on.
void ReadPage::showTestPattern()
{
    auto* pattern = new TestPatternWindow(describedScreen(m_settings), window());
    pattern->setGeometry(keyView().screen()->geometry());
    pattern->showFullScreen();
    pattern->activateWindow();
}

} // namespace mama
