// What commands need: most are of a study, and say so in one way where there is none.
#include "app/workstation/read/read_page.h"

#include <QAction>
#include <QLabel>
#include <algorithm>
#include <array>

namespace mama {
namespace {

// All that look at a study, draw on it or change it. What chooses, opens or sets the screen up does without.
bool isOfStudy(const QAction& command)
{
    static constexpr std::array without{"study.find", "study.cancel", "study.identifiers", "view.screen"};
    static constexpr std::array others{"view.seen",    "view.window.numbers", "view.step.next", "view.step.previous",
                                       "reading.mark", "reading.lock",        "reading.verdict"};
    const QString id = command.objectName();
    const auto is = [&id](const char* each) { return id == QLatin1String(each); };
    if (std::ranges::any_of(without, is))
        return false;
    return id.startsWith(QLatin1String("study.")) || command.data().isValid() || std::ranges::any_of(others, is);
}

} // namespace

QString ReadPage::whyNot(const QAction& command) const
{
    return isOfStudy(command) && !m_studies->study() ? tr("No study is open: choose File ▸ Open folder… first.")
                                                     : QString();
}

// Before a study is open the keys of the pictures answer too; Enter there follows a link.
void ReadPage::answerAtStart()
{
    for (QAction* each : m_view->actions())
        if (each->objectName() != QLatin1String("view.maximise"))
            m_start->addAction(each);
}

} // namespace mama
