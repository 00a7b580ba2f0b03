// The page before a study is open: how to come to one, and to a model; what was open before.
#include "app/workstation/engine/background_job.h"
#include "app/workstation/read/read_page.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/phantom/phantom.h"
#include "core/weights/model_places.h"

#include <QAction>
#include <QLabel>
#include <QLocale>
#include <QStackedWidget>
#include <algorithm>

namespace mama {
namespace {

// What was opened and is not there any more; asked on a pool thread, since a disk may be far away.
std::vector<bool> missing(const std::vector<RecentOpening>& recent)
{
    std::vector<bool> out;
    for (const RecentOpening& each : recent)
        out.push_back(std::ranges::none_of(each.paths, [](const QString& path) {
            std::error_code failed;
            return std::filesystem::exists(pathFromText(path.toStdString()), failed);
        }));
    return out;
}

} // namespace

void ReadPage::buildStart()
{
    m_start = new QLabel(this);
    m_start->setAlignment(Qt::AlignCenter);
    m_start->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_start->setFocusPolicy(Qt::StrongFocus);
    m_start->setWordWrap(true);
    connect(m_start, &QLabel::linkActivated, this, &ReadPage::followLink);
    showStart();
}

void ReadPage::showStart()
{
    showStart({});
    const std::vector<RecentOpening> recent = m_recent.list();
    if (recent.empty())
        return;
    BackgroundJob::start<std::vector<bool>>(this, {[recent](const Job&) { return missing(recent); },
                                                   [this, count = recent.size()](const std::vector<bool>& gone) {
                                                       if (m_starting && m_recent.list().size() == count)
                                                           showStart(gone);
                                                   },
                                                   [](const QString&) {}});
}

void ReadPage::showStart(const std::vector<bool>& gone)
{
    m_starting = true;
    m_start->setText(
        tr("<h2>MaMA Workstation</h2><p>Drop a study here, or choose <a href=\"folder\">File ▸ Open folder…</a></p>"
           "<p>DICOM, PNG, JPEG and TIFF, in folders, ZIP archives or behind a DICOMDIR. Loose images take side and view from their names (L-CC.png), or from you.<br>"
           "To see how it works, open <a href=\"demo-studies\">three synthetic patients with priors</a>.</p>") +
        recentText(gone) +
        tr("<p>To score it, use <a href=\"demo\">the demo model</a>, which has seen synthetic studies alone,<br>"
           "or get <a href=\"models\">a public model</a>, which others have trained, some on patients' mammograms.</p>"
           "<p>For whole data sets there is <a href=\"library\">the library</a>: filter, tag, split, hand over to training.</p>"
           "<p><b>Research software. Not for clinical use.</b></p>"));
}

QString ReadPage::recentText(const std::vector<bool>& gone) const
{
    const std::vector<RecentOpening> recent = m_recent.list();
    if (recent.empty())
        return {};
    const auto* identifiers = findChild<QAction*>(QStringLiteral("study.identifiers"));
    QString text = tr("<p><b>Opened before</b><br>");
    for (std::size_t i = 0; i < recent.size(); ++i) {
        const RecentOpening& each = recent[i];
        const QString name = (identifiers && identifiers->isChecked() ? each.name : each.withoutName).toHtmlEscaped();
        const QString facts =
            tr("%1, %2 · %3")
                .arg(tr("%n study(ies)", nullptr, each.studies), tr("%n image(s)", nullptr, each.images),
                     QLocale().toString(each.when, QLocale::ShortFormat));
        text += i < gone.size() && gone[i]
                    ? QStringLiteral("<span style=\"color:gray\">%1 · %2</span><br>")
                          .arg(name, tr("not there any more (%1)").arg(facts))
                    : QStringLiteral("<a href=\"recent:%1\">%2</a> · %3<br>").arg(i).arg(name, facts);
    }
    return text + tr("<a href=\"clear\">Clear this list</a></p>");
}

void ReadPage::openRecent(int which)
{
    const std::vector<RecentOpening> recent = m_recent.list();
    if (which < 0 || which >= static_cast<int>(recent.size()))
        return;
    std::vector<std::filesystem::path> paths;
    for (const QString& path : recent[static_cast<std::size_t>(which)].paths)
        paths.push_back(pathFromText(path.toStdString()));
    open(paths);
}

// Made at the first time: a few seconds.
void ReadPage::openDemoStudies()
{
    const std::filesystem::path folder = cacheFolder() / "demo-studies";
    m_starting = false;
    m_start->setText(tr("Making three synthetic patients…"));
    BackgroundJob::start<std::filesystem::path>(
        this, {[folder](const Job& job) -> Cancellable<std::filesystem::path> {
                   PhantomOptions options;
                   options.seed = firstEvaluationSeed;
                   options.studies = 3;
                   options.priors = 1;
                   options.folder = folder;
                   options.threads = 2;
                   if (!std::filesystem::exists(folder / "tables") && !writePhantoms(options, job))
                       return {};
                   return folder / "images";
               },
               [this](const std::filesystem::path& images) { open(std::vector{images}, false); },
               [this](const QString& reason) {
                   showStart();
                   Q_EMIT told(reason, true);
               }});
}

void ReadPage::followLink(const QString& link)
{
    if (link == QLatin1String("folder"))
        return chooseFiles(true);
    if (link == QLatin1String("models"))
        return Q_EMIT modelsAsked();
    if (link == QLatin1String("library"))
        return Q_EMIT libraryAsked();
    if (link == QLatin1String("demo-studies"))
        return openDemoStudies();
    if (link == QLatin1String("clear")) {
        m_recent.clear();
        return showStart();
    }
    if (link.startsWith(QLatin1String("recent:")))
        return openRecent(link.section(QLatin1Char(':'), 1).toInt());
    useDemoModel();
}

void ReadPage::useDemoModel()
{
    for (const FoundModel& model : listModels(modelFolders()))
        if (model.name == "demo") {
            setModel(QString::fromStdString(model.path.string()));
            return typeSentence();
        }
    QStringList looked;
    for (const auto& folder : modelFolders())
        looked += QString::fromStdString(pathText(folder));
    Q_EMIT told(
        tr("The demo model is not installed: there is no folder \"demo\" with a model in %1. Install the workstation anew, which brings it, set MAMA_MODELS to a folder that has it, or get a public model on the page Models (Ctrl+4).")
            .arg(looked.join(QStringLiteral(", "))),
        true);
}

} // namespace mama
