// What a selection becomes: a chip of the list, a cohort, a file; each of exactly these studies.
#include "app/workstation/library/library_map.h"
#include "app/workstation/library/library_page.h"
#include "app/workstation/look/settings_keys.h"
#include "core/base/hash.h"
#include "core/base/path_text.h"
#include "core/library/handover/image_list.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/kept_studies.h"
#include "core/library/studies/study_keys.h"
#include "widgets/library/study_place.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QLocale>
#include <algorithm>

namespace mama {
namespace {

constexpr char imagesFollow = ';'; // in the settings, between ids of studies and of their images

} // namespace

// Only these from now on, whatever else is asked; what is kept already is narrowed.
void LibraryPage::keepSelected()
{
    if (refuseWrong())
        return;
    std::vector<std::int64_t> studies = target();
    if (studies.empty())
        return;
    std::sort(studies.begin(), studies.end());
    std::vector<std::int64_t> images = m_map->chosenImages();
    if (const auto& before = m_session->question().keptImages; images.empty() && before)
        images = *before; // those of the studies that are left
    setKept(std::move(studies), std::move(images));
    m_place->selectNone();
}

void LibraryPage::keepNone() { setKept({}); }

// None: all again; no images: all of the studies. What is kept comes back at the next start.
void LibraryPage::setKept(std::vector<std::int64_t> studies, std::vector<std::int64_t> images)
{
    if (const QString key = keptKey(); !key.isEmpty() && studies.empty())
        m_settings.remove(key);
    else if (!key.isEmpty())
        m_settings.setValue(key, QString::fromStdString(images.empty()
                                                            ? rangesText(studies)
                                                            : rangesText(studies) + imagesFollow + rangesText(images)));
    using Ids = std::vector<std::int64_t>;
    changeQuestion([&](StudyQuestion& question) {
        question.keptImages =
            studies.empty() || images.empty() ? nullptr : std::make_shared<const Ids>(std::move(images));
        question.kept = studies.empty() ? nullptr : std::make_shared<const Ids>(std::move(studies));
    });
}

// As it was kept in this library, which another one in its folder would not know.
void LibraryPage::keepAsBefore()
{
    const QString key = keptKey();
    const QStringList kept =
        key.isEmpty() ? QStringList() : m_settings.value(key).toString().split(QLatin1Char(imagesFollow));
    if (auto studies = idsOfRanges(kept.value(0).toStdString()); !studies.empty())
        setKept(std::move(studies), idsOfRanges(kept.value(1).toStdString()));
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
    const QLocale locale;
    if (result.keptImages)
        add(tr("%1 images of %2 studies kept")
                .arg(locale.toString(qulonglong(result.keptImages->size())), locale.toString(qulonglong(*result.kept))),
            QStringLiteral("kept"));
    else if (result.kept)
        add(tr("%1 kept").arg(locale.toString(qulonglong(*result.kept))), QStringLiteral("kept"));
    for (std::size_t i = 0; i < result.clauses.size(); ++i)
        add(QString::fromStdString(filterText(result.clauses[i])), QString::number(i));
    return chips.join(QStringLiteral(" &nbsp;·&nbsp; "));
}

// Single images that a map's selection or a chip has chosen; 0: none, but studies as a whole.
std::size_t LibraryPage::chosenImages() const
{
    const std::size_t onMap = m_map->chosenImages().size();
    const auto& kept = m_session->result().keptImages;
    return onMap > 0 || !kept ? onMap : kept->size();
}

// Of what is selected, or else of the whole list.
void LibraryPage::freezeSelected()
{
    if (refuseToWrite() || refuseWrong() || m_place->rows() == 0)
        return;
    ChosenStudies chosen;
    if (m_place->selected() > 0)
        chosen.studies = target();
    else
        chosen.studies = m_shownIds;
    bool given = false;
    const std::size_t images = chosenImages();
    const QString whole = images == 0 ? QString()
                                      : QLatin1Char('\n') + tr("%n single image(s) are chosen; a cohort holds their "
                                                               "studies with all images.",
                                                               nullptr, static_cast<int>(images));
    const QString name = QInputDialog::getText(
        this, tr("Freeze a cohort"),
        tr("Name of the cohort of %n study(s):", nullptr, static_cast<int>(chosen.studies.size())) + whole,
        QLineEdit::Normal, {}, &given);
    if (given)
        m_session->act(
            [name = name.toStdString(), chosen](Library& library) { return freezeStudies(library, name, chosen); });
}

void LibraryPage::saveSelected()
{
    const StudyResult& result = m_session->result();
    if (refuseWrong() || result.rows.empty())
        return;
    if (const auto images = m_map->chosenImages(); !images.empty())
        return saveImages(images);
    if (result.keptImages && m_place->selected() == 0)
        return saveImages(*result.keptImages);
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

// Those of studies that the list has.
void LibraryPage::saveImages(const std::vector<std::int64_t>& images)
{
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Export the list of %n image(s)", nullptr, static_cast<int>(images.size())),
        QStringLiteral("images.csv"), tr("Table of images (*.csv)"));
    if (file.isEmpty())
        return;
    BackgroundJob::start<std::size_t>(
        this, {[library = m_session->looker(), images, studies = m_shownIds, path = pathFromText(file.toStdString())](
                   const Job&) { return writeImageList(*library, images, studies, path); },
               [this, file](std::size_t written) {
                   Q_EMIT told(tr("Saved %n image(s): %1", nullptr, static_cast<int>(written)).arg(file), false);
               },
               [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

} // namespace mama
