// What a selection becomes: a chip of the list, a cohort, a file; each of exactly these studies.
#include "app/workstation/library/library_page.h"
#include "app/workstation/look/settings_keys.h"
#include "core/base/hash.h"
#include "core/base/path_text.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/kept_studies.h"
#include "core/library/studies/study_keys.h"
#include "widgets/library/study_place.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QLocale>
#include <algorithm>

namespace mama {

// Only these from now on, whatever else is asked; what is kept already is narrowed.
void LibraryPage::keepSelected()
{
    if (refuseWrong())
        return;
    std::vector<std::int64_t> studies = target();
    if (studies.empty())
        return;
    std::sort(studies.begin(), studies.end());
    setKept(std::move(studies));
    m_place->selectNone();
}

void LibraryPage::keepNone() { setKept({}); }

// None: all again. What is kept comes back at the next start.
void LibraryPage::setKept(std::vector<std::int64_t> studies)
{
    if (const QString key = keptKey(); !key.isEmpty() && studies.empty())
        m_settings.remove(key);
    else if (!key.isEmpty())
        m_settings.setValue(key, QString::fromStdString(rangesText(studies)));
    changeQuestion([&](StudyQuestion& question) {
        question.kept =
            studies.empty() ? nullptr : std::make_shared<const std::vector<std::int64_t>>(std::move(studies));
    });
}

// As it was kept in this library, which another one in its folder would not know.
void LibraryPage::keepAsBefore()
{
    if (const QString key = keptKey(); !key.isEmpty())
        if (auto studies = idsOfRanges(m_settings.value(key).toString().toStdString()); !studies.empty())
            setKept(std::move(studies));
}

// Empty: nothing was done to the library yet, so there is nothing to keep.
QString LibraryPage::keptKey() const
{
    const std::string& mark = m_session->mark();
    return mark.empty() ? QString()
                        : settings_keys::keptStudies(
                              QString::fromStdString(sha256(mark + m_session->folder().toStdString()).substr(0, 32)));
}

QString LibraryPage::chipsText() const
{
    const StudyResult& result = m_session->result();
    QStringList chips;
    const auto add = [&](const QString& words, const QString& link) {
        chips << QStringLiteral("%1&nbsp;<a href=\"%2\" style=\"text-decoration:none\">✕</a>")
                     .arg(words.toHtmlEscaped(), link);
    };
    if (result.kept)
        add(tr("%1 kept").arg(QLocale().toString(qulonglong(*result.kept))), QStringLiteral("kept"));
    for (std::size_t i = 0; i < result.clauses.size(); ++i)
        add(QString::fromStdString(filterText(result.clauses[i])), QString::number(i));
    return chips.join(QStringLiteral(" &nbsp;·&nbsp; "));
}

// Of what is selected, or else of the whole list.
void LibraryPage::freezeSelected()
{
    if (refuseWrong() || m_place->rows() == 0)
        return;
    ChosenStudies chosen;
    if (m_place->selected() > 0)
        chosen.studies = target();
    else
        chosen.studies = m_shownIds;
    bool given = false;
    const QString name = QInputDialog::getText(
        this, tr("Freeze a cohort"),
        tr("Name of the cohort of %n study(s):", nullptr, static_cast<int>(chosen.studies.size())), QLineEdit::Normal,
        {}, &given);
    if (given)
        m_session->act(
            [name = name.toStdString(), chosen](Library& library) { return freezeStudies(library, name, chosen); });
}

void LibraryPage::saveSelected()
{
    const StudyResult& result = m_session->result();
    if (refuseWrong() || result.rows.empty())
        return;
    std::vector<std::uint32_t> studies = result.rows;
    if (m_place->selected() > 0) {
        studies.clear();
        for (const int row : m_place->selection())
            studies.push_back(studyAt(row));
    }
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Export the list of %n study(s)", nullptr, static_cast<int>(studies.size())),
        QStringLiteral("studies.txt"), tr("Keys, one a line (*.txt)"));
    if (file.isEmpty())
        return;
    BackgroundJob::start<bool>(
        this, {[columns = result.columns, studies, path = pathFromText(file.toStdString())](const Job&) {
                   writeKeys(*columns, studies, path);
                   return true;
               },
               [this, file](bool) { Q_EMIT told(tr("Saved: %1").arg(file), false); },
               [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

} // namespace mama
