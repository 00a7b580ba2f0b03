// What the window's title says of the study on screen: its place among those that are read.
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/studies/study_line.h"
#include "widgets/panels/study_panel.h"

#include <QLocale>

namespace mama {

void ReadPage::updateCaption()
{
    if (!m_studies->study())
        return Q_EMIT caption({});
    const QString searched = searchedShort(), place = QString::number(m_studyPanel->place(m_studies->current())),
                  found = QString::number(m_studyPanel->shown()), all = QString::number(m_studies->studies().size());
    QString text = tr("study %1 of %2").arg(place, all);
    if (!searched.isEmpty())
        text = m_studyPanel->place(m_studies->current()) > 0
                   ? tr("study %1 of %2 found by “%3”, of %4").arg(place, found, searched, all)
                   : tr("one of %1 studies, not among the %2 found by “%3”").arg(all, found, searched);
    if (const StudyToRead* along = readsAlong() ? m_line->current() : nullptr)
        text = tr("study %1 of %2 of the library's list")
                   .arg(QLocale().toString(qulonglong(along->place)), QLocale().toString(qulonglong(along->of)));
    Q_EMIT caption(m_studies->isNewest() ? text : tr("%1, prior").arg(text));
}

// What is searched for, as a title has room for it.
QString ReadPage::searchedShort() const
{
    constexpr int most = 24;
    const QString text = m_studyPanel->searched();
    return text.size() <= most ? text : text.left(most - 1) + QChar(0x2026);
}

// The search leaves studies out of what is read while the list is closed too: its edge and the title say so.
void ReadPage::showSearch()
{
    m_left->setNote(0, m_studyPanel->searched().isEmpty()
                           ? QString()
                           : tr("%1 of %2 found").arg(m_studyPanel->shown()).arg(m_studies->studies().size()));
    updateCaption();
}

} // namespace mama
