// Regions that are looked for, and the patches that this needs.
#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/library_page.h"
#include "core/base/path_text.h"
#include "core/library/studies/filter_edit.h"
#include "core/library/studies/image_annotations.h"

#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <nlohmann/json.hpp>

namespace mama {

void LibraryPage::askRegion(const AnnotatedImage& image, const ImageBox& box, const QString& words)
{
    if (!m_session->looker())
        return Q_EMIT told(tr("Open a library first: the region is looked for in one."), false);
    if (m_isReadFirst)
        return Q_EMIT told(tr("What the model says is hidden while you read first."), false);
    BackgroundJob::start<std::int64_t>(
        this, {[library = m_session->looker(), image](const Job&) {
                   return imagesKnown(*library, std::span(&image, 1)).front();
               },
               [this, box, words](std::int64_t known) {
                   known == 0 ? Q_EMIT told(tr("The library that is open does not have this image."), false)
                              : m_ask->askRegion({known, box, words});
               },
               [this](const QString& reason) { Q_EMIT told(reason, true); }});
}

void LibraryPage::connectPatches(const ModelSession& model)
{
    m_model = &model;
    connect(&m_sizing, &CommandProcess::line, this, [this](const std::string& line) {
        if (!line.starts_with("{\"done\""))
            m_sizes += line;
    });
    connect(&m_sizing, &CommandProcess::notStarted, this, [this](const QString& why) { Q_EMIT told(why, true); });
    connect(&m_sizing, &CommandProcess::ended, this,
            [this](int status, QProcess::ExitStatus how, const QString& words) {
                if (status == 0 && how == QProcess::NormalExit)
                    return confirmPatches();
                Q_EMIT told(words.isEmpty() ? tr("The process ended with status %1.").arg(status) : words, true);
            });
}

// The command says what they would take; the user says whether.
void LibraryPage::makePatches()
{
    if (refuseToWrite())
        return;
    if (!m_model->model())
        return Q_EMIT told(tr("Choose a model first (Ctrl+M): patches are what it makes of an image's parts."), false);
    if (m_ask->job().running() || m_sizing.running())
        return Q_EMIT told(tr("Another work with the model is going on: wait for its end, or pause it."), false);
    if (refuseWrong())
        return;
    m_patchesAsked = {m_session->folder(), m_model->modelFolder(), {}, true};
    const auto& clauses = m_session->result().clauses;
    if (std::none_of(clauses.begin(), clauses.end(), usesScore))
        m_patchesAsked.where = QString::fromStdString(filterText(clauses));
    m_sizes.clear();
    QStringList arguments{QStringLiteral("--quiet"),   QStringLiteral("library"),   QStringLiteral("patches"),
                          QStringLiteral("make"),      QStringLiteral("--dry-run"), QStringLiteral("--json"),
                          QStringLiteral("--library"), m_patchesAsked.library,      QStringLiteral("--model"),
                          m_patchesAsked.model};
    if (!m_patchesAsked.where.isEmpty())
        arguments << QStringLiteral("--where") << m_patchesAsked.where;
    Q_EMIT told(tr("Looking what patches would take…"), false);
    m_sizing.start(arguments);
}

void LibraryPage::confirmPatches()
{
    const nlohmann::json sizes = nlohmann::json::parse(m_sizes, nullptr, false);
    if (!sizes.is_object())
        return Q_EMIT told(tr("What patches would take could not be read."), true);
    Q_EMIT told({}, false);
    const QLocale locale;
    const auto count = [&](const char* field) { return sizes.value(field, std::int64_t(0)); };
    if (count("left") == 0)
        return Q_EMIT told(tr("Every image of these studies has patches already."), false);
    const QString of = m_patchesAsked.where.isEmpty() ? tr("of the library") : tr("that the filter leaves");
    const QString text =
        tr("%1 of %2 images %3 have no patches of %4 yet.\n\nWith them the set will take about %5 on the disk, of that %6 "
           "in memory while it is searched. What is made stays; it can be paused.")
            .arg(locale.toString(qlonglong(count("left"))), locale.toString(qlonglong(count("images"))), of,
                 QString::fromStdString(sizes.value("model", std::string())), locale.formattedDataSize(count("disk")),
                 locale.formattedDataSize(count("memory")));
    auto* ask = new QMessageBox(QMessageBox::Question, tr("Patches for regions"), text, QMessageBox::Cancel, this);
    ask->setObjectName(QStringLiteral("library.patches.size"));
    ask->setAttribute(Qt::WA_DeleteOnClose);
    auto* make = ask->addButton(tr("Make patches"), QMessageBox::AcceptRole);
    connect(make, &QPushButton::clicked, this, [this] { m_ask->job().start(m_patchesAsked); });
    ask->open();
}

} // namespace mama
