// Sentences and the model that answers them: what is asked of it, and what it says of the study on screen.
#include "app/workstation/read/read_page.h"

#include "app/workstation/read/beside_pictures.h"
#include "app/workstation/read/query_hint.h"
#include "app/workstation/read/work/reading_notes.h"
#include "core/base/path_text.h"
#include "core/text/sentences/report_sentences.h"
#include "widgets/look/sentence.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/study_panel.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mama {

namespace {

// What the small figures below a similarity are.
QString ranksText(const ModelSession& session)
{
    for (const SentenceScores& row : session.scores()) {
        if (row.state != SentenceScores::State::Done)
            continue;
        const QString reference =
            std::isfinite(row.studyRank)
                ? ReadPage::tr("Upper %: reference images, breasts and studies that score lower (%1).")
                      .arg(row.reference)
            : row.reference.isEmpty()
                ? ReadPage::tr("This model has no reference set: `mama model reference` makes one.")
                : row.reference + QLatin1Char('.');
        return std::isfinite(row.studyNeutral)
                   ? reference + QLatin1Char(' ') +
                         ReadPage::tr("Lower %: neutral sentences that score lower (%1).").arg(row.neutral)
                   : reference;
    }
    return {};
}

} // namespace

void ReadPage::setModel(const QString& folder)
{
    m_session->setModel(folder);
    rememberModel(folder);
    if (!folder.isEmpty())
        m_session->start();
}

void ReadPage::ask(const QString& sentence, const QString& heading)
{
    if (!maySee())
        return;
    m_encodingProblem.clear();
    m_session->ask(sentence, heading);
    m_notes->asked(sentence, m_session->model());
    for (std::size_t row = 0; row < m_session->scores().size(); ++row)
        if (m_session->scores()[row].sentence == sentence)
            m_queryPanel->selectRow(static_cast<int>(row));
    updateHint();
}

void ReadPage::askText(const QString& text)
{
    const auto sentences = splitReport(text.toStdString());
    if (sentences.empty())
        return ask(text.simplified());
    if (sentences.size() == 1)
        return ask(sentences.front().heading.empty() ? text.simplified()
                                                     : QString::fromStdString(sentences.front().text),
                   QString::fromStdString(sentences.front().heading));
    for (const ReportSentence& each : sentences)
        ask(QString::fromStdString(each.text), QString::fromStdString(each.heading));
    m_queryPanel->selectRow(static_cast<int>(m_session->scores().size() - sentences.size()));
}

void ReadPage::askWhenFree(const QString& text)
{
    if (m_reader->readFirst() && !m_reader->mayShowModel(m_studies->study()))
        m_afterLock << text;
    else
        askText(text);
}

void ReadPage::repeat()
{
    if (!maySee())
        return;
    m_encodingProblem.clear();
    if (m_session->scores().empty())
        return Q_EMIT told(tr("No sentence was asked yet: %1 opens the panel for them.").arg(keyOf("panel.ask")),
                           false);
    for (const SentenceScores& row : m_session->scores())
        if (row.mayBeAsked())
            m_notes->asked(row.sentence, m_session->model());
    m_session->repeat();
    if (m_queryPanel->selectedRow() < 0)
        m_queryPanel->selectRow(0);
    updateHint();
}

void ReadPage::selectSentence(int by)
{
    const int rows = static_cast<int>(m_session->scores().size());
    if (rows > 0)
        m_queryPanel->selectRow(std::clamp(m_queryPanel->selectedRow() + by, 0, rows - 1));
}

void ReadPage::connectSession()
{
    connect(&m_session->engine(), &EngineProcess::stateChanged, this, &ReadPage::updateHint);
    connect(m_session, &ModelSession::modelChanged, this, [this] {
        m_queryPanel->setProvenance(m_session->provenance());
        m_queryPanel->setExamples(m_session->model() ? m_session->model()->examples : QStringList());
        hangBack(); // what another model sees
        if (!m_session->besideWay())
            m_besidePictures->leave();
        showMapChoices();
        updateHint();
    });
    connect(m_session, &ModelSession::scoresChanged, this, [this] {
        m_queryPanel->setRows(m_session->scores());
        m_queryPanel->setRanks(ranksText(*m_session));
        followBeside();
        showMaps();
    });
    connect(m_session, &ModelSession::lessDropped, this, [this] {
        showMapChoices();
        Q_EMIT told(tr("The reference's mean map is of the model's own way alone: nothing is taken off these maps."),
                    false);
    });
    connect(m_session, &ModelSession::mapsReady, this, [this](int row) {
        if (m_queryPanel->selectedRow() < 0)
            m_queryPanel->selectRow(row);
        showMaps();
    });
    connect(m_session, &ModelSession::encodingFinished, this, [this](const QStringList& refused) {
        for (const QString& reason : refused)
            m_studyPanel->addProblem(tr("Not scored: %1").arg(reason));
        if (const auto changed = m_studies->changedOnDisk(); !changed.empty()) {
            const QString file =
                QString::fromStdString(pathText(m_studies->study()->images[changed.front()].path.filename()));
            m_session->rejectStudy(
                tr("%1 was changed on disk since its picture was read: %2 reads the study anew, to see and score what "
                   "is there now.")
                    .arg(file, howToReadAnew()));
        }
        updateHint();
    });
    connect(m_session, &ModelSession::encodingFailed, this, [this](const QString& reason) {
        m_encodingProblem = reason;
        updateHint();
    });
    connect(m_session, &ModelSession::engineDied, this, [this](const QString& reason) {
        m_engineTold =
            m_session->engine().gaveUp()
                ? tr("%1 It died several times in a row and is stopped now: choose Model ▸ Start the engine again. "
                     "The pictures are not affected.")
                      .arg(asSentence(reason))
                : tr("%1 It is started again and what you asked is asked again; the pictures are not affected.")
                      .arg(asSentence(reason));
        Q_EMIT told(m_engineTold, true);
    });
    connect(&m_session->engine(), &EngineProcess::ready, this, [this] {
        Q_EMIT outdated(std::exchange(m_engineTold, {}));
        if (const int restarts = m_session->engine().restarts(); restarts > 0)
            Q_EMIT told(tr("The engine is back (restart %1). What was asked is asked again.").arg(restarts), false);
    });
}

void ReadPage::updateHint()
{
    if (!m_reader->mayShowModel(m_studies->study())) {
        m_queryPanel->setStalled(true);
        return m_queryPanel->setHint(tr("Read first: the model answers when your verdict on this study is locked."),
                                     false);
    }
    const Readiness readiness{m_studies->study() != nullptr, m_encodingProblem};
    const QueryHint hint = queryHint(*m_session, readiness);
    m_queryPanel->setStalled(waitsForPerson(*m_session, readiness));
    m_queryPanel->setHint(hint.text, hint.isError);
}

} // namespace mama
