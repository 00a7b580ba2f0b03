#include "app/workstation/library/ask_bar.h"

#include "app/workstation/library/models/model_choice.h"
#include "app/workstation/library/models/score_texts.h"
#include "core/base/path_text.h"
#include "widgets/look/tone.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QToolButton>
#include <cmath>
#include <utility>

namespace mama {
AskBar::AskBar(const QString& program, ModelSession& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_ask(session.engine()), m_models(program), m_job(program),
      m_line(new QLineEdit(this)), m_minus(new QLineEdit(this)), m_choice(new ModelChoice(m_models, this)),
      m_state(new QLabel(this)), m_notes(new QLabel(this)), m_others(new QLabel(this)), m_bar(new QProgressBar(this)),
      m_work(new QToolButton(this))
{
    build();
    for (QLineEdit* line : {m_line, m_minus}) {
        connect(line, &QLineEdit::returnPressed, this, [this] {
            m_isEntered = true;
            ask();
        });
        connect(line, &QLineEdit::textEdited, this, [this] { m_isEntered = false; });
        connect(line, &QLineEdit::textChanged, this, [this] {
            if (m_line->text().trimmed().isEmpty() && !m_ask.question().empty() && !m_ask.question().region)
                ask(); // which ends it
        });
    }
    connect(&m_ask, &AskSession::loaded, this, &AskBar::showSets);
    connect(&m_ask, &AskSession::changed, this, &AskBar::takeAnswer);
    connect(&m_job, &EmbedJob::changed, this, &AskBar::showState);
    connect(&m_job, &EmbedJob::finished, this, [this] {
        Q_EMIT told(m_job.result(), false);
        m_ask.reload();
    });
    connect(&m_session, &ModelSession::modelChanged, this, [this] {
        if (!m_ask.modelWanted().isEmpty() || !m_ask.problem().isEmpty())
            m_ask.repeat();
        takeModel();
        showState();
    });
    connect(&m_models, &AskedModels::changed, this, &AskBar::showState);
    connect(m_choice, &ModelChoice::chosen, this, [this](const QStringList& keys) {
        if (m_library)
            chooseModels(m_library->folder(), keys);
        Q_EMIT modelsChosen(keys);
    });
    connect(m_work, &QToolButton::clicked, this, &AskBar::work);
    showState();
}

void AskBar::build()
{
    m_line->setObjectName(QStringLiteral("library.ask"));
    m_line->setPlaceholderText(tr("Ask: a sentence, such as \"spiculated mass\""));
    m_line->setAccessibleName(tr("Sentence that studies are ranked by"));
    m_line->setClearButtonEnabled(true);
    m_minus->setPlaceholderText(tr("less: another sentence"));
    m_minus->setAccessibleName(tr("Sentence whose similarity is taken off"));
    m_minus->setClearButtonEnabled(true);
    m_state->setObjectName(QStringLiteral("library.embeddings"));
    m_notes->setWordWrap(true);
    m_notes->setTextFormat(Qt::RichText);
    m_notes->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard |
                                     Qt::TextSelectableByMouse);
    connect(m_notes, &QLabel::linkActivated, this, [this](const QString& link) {
        m_line->setFocus(Qt::OtherFocusReason); // the link goes, and the next in the row would be Undo
        if (link == QLatin1String("end"))
            return clear();
        if (link == QLatin1String("patches"))
            return Q_EMIT patchesWanted();
        if (link.startsWith(QLatin1String("patches-of:")))
            return m_ask.askPatchesOf(link.section(QLatin1Char(':'), 1).toStdString());
        if (m_ask.index())
            m_session.setModel(QString::fromStdString(pathText(m_ask.index()->info().modelFolder)));
    });
    m_notes->setObjectName(QStringLiteral("library.answer"));
    m_others->setObjectName(QStringLiteral("library.others"));
    m_others->setWordWrap(true);
    m_others->setTextFormat(Qt::RichText);
    m_others->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    connect(m_others, &QLabel::linkActivated, this, [this](const QString& link) {
        m_line->setFocus(Qt::OtherFocusReason); // the link goes
        embed(link.section(QLatin1Char(':'), 1));
    });
    m_bar->setMaximumWidth(120);
    m_bar->setTextVisible(false);
    m_work->setObjectName(QStringLiteral("library.embed"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_line, 3);
    row->addWidget(m_minus, 1);
    row->addWidget(m_choice);
    row->addWidget(m_state);
    row->addWidget(m_bar);
    row->addWidget(m_work);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addLayout(row);
    column->addWidget(m_notes);
    column->addWidget(m_others);
}

void AskBar::setLibrary(const std::shared_ptr<Library>& library, const std::shared_ptr<const StudyColumns>& columns)
{
    if (library == m_library && columns == m_columns)
        return;
    if (library != m_library) {
        m_job.cancel();
        clear();
    }
    m_library = library;
    m_columns = columns;
    m_images = 0;
    for (std::size_t study = 0; columns && study < columns->size(); ++study)
        m_images += columns->images(study);
    m_ask.setLibrary(library, columns);
    showState();
}

void AskBar::setHidden(bool hidden)
{
    if (m_isHidden && !hidden)
        Q_EMIT told({}, false); // that it is hidden
    m_isHidden = hidden;
    if (hidden)
        clear();
    showState();
}

void AskBar::focusLine()
{
    m_line->setFocus(Qt::ShortcutFocusReason);
    m_line->selectAll();
    tellWhyNot();
}

// What is missing before a sentence can be answered.
bool AskBar::tellWhyNot()
{
    if (!m_isHidden && (m_ask.index() || m_ask.loading()))
        return false;
    Q_EMIT told(m_isHidden ? tr("What the model says is hidden while you read first.")
                : m_session.model()
                    ? tr("Sentences are answered from embeddings of the images: Embed makes them.")
                    : tr("Choose a model (Ctrl+M), then Embed: sentences are answered from embeddings of the images."),
                false);
    return true;
}

void AskBar::clear()
{
    m_line->clear();
    m_minus->clear();
    ask();
}

std::pair<QString, QString> AskBar::sentences() const { return {m_line->text().trimmed(), m_minus->text().trimmed()}; }

void AskBar::askFor(const QString& sentence, const QString& takenOff)
{
    m_line->setText(sentence);
    m_minus->setText(takenOff);
    ask();
}

void AskBar::ask()
{
    const QString sentence = m_line->text().trimmed();
    if (!sentence.isEmpty() && tellWhyNot()) {
        m_isEntered = false;
        return; // it is asked once there are embeddings
    }
    if (sentence.isEmpty() && !m_minus->text().trimmed().isEmpty())
        Q_EMIT told(tr("The first line is asked for, and the second is taken off: type a sentence into the first."),
                    false);
    m_ask.ask(sentence.isEmpty() ? LibraryQuestion{} : LibraryQuestion{sentence, m_minus->text().trimmed(), 0});
    takeAnswer();
}

void AskBar::askRegion(const AskedRegion& region)
{
    const QSignalBlocker quiet(m_line), quietToo(m_minus);
    m_line->clear();
    m_minus->clear();
    LibraryQuestion question;
    question.region = region;
    m_ask.ask(question);
    takeAnswer();
}

QRectF AskBar::placeOf(std::size_t study) const
{
    if (!m_ask.answer())
        return {};
    const auto& places = m_ask.answer()->places;
    const auto place = places.find(static_cast<std::uint32_t>(study));
    if (place == places.end())
        return {};
    const ImageBox& box = place->second;
    return {box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0};
}

QString AskBar::askedWords(const LibraryAnswer& answer) const
{
    const LibraryQuestion& asked = answer.question;
    if (!asked.region)
        return tr("Ranked by similarity to \"%1\"").arg(asked.sentence) +
               (asked.minus.isEmpty() ? QString() : tr(" less \"%1\"").arg(asked.minus)) +
               tr(" (%1 over a study's images; %2). No probability; not for clinical use.")
                   .arg(answer.fusion, sourceWords());
    const QString how = answer.exact    ? tr("every patch was compared")
                        : answer.recall ? tr("in two stages, which find %1 % of the 20 nearest images")
                                              .arg(shownNumber(100 * answer.recall->recall, 0))
                                        : tr("in two stages");
    return tr("Ranked by patches like those under the box on %1 (the best image of a study; %2; model: %3). No "
              "probability; not for clinical use.")
        .arg(asked.region->words, how, answer.model);
}

// What is said of the answer, or why there is none, as rich text.
QString AskBar::notes() const
{
    QStringList notes;
    const auto link = [&](const QString& to, const QString& words) {
        notes << QStringLiteral("<a href=\"%1\">%2</a>").arg(to, words.toHtmlEscaped());
    };
    const auto otherPatches = [&] {
        for (const PatchModel& each : m_ask.otherPatches())
            link(QStringLiteral("patches-of:") + QString::fromStdString(each.hash), tr("Ask %1").arg(each.name));
    };
    const bool ofRegion = m_ask.question().region.has_value();
    if (const LibraryAnswer* answer = m_ask.answer()) {
        notes << askedWords(*answer).toHtmlEscaped();
        if (ofRegion) {
            otherPatches();
            link(QStringLiteral("end"), tr("End this search"));
        }
        for (const QString& note : answer->notes)
            notes << QStringLiteral("<span style=\"color:%1\">%2.</span>")
                         .arg(textColour(Tone::Busy, palette()).name(),
                              (note.left(1).toUpper() + note.mid(1)).toHtmlEscaped());
    } else if (!m_ask.problem().isEmpty()) {
        notes << m_ask.problem().toHtmlEscaped();
        if (m_ask.wantsPatches())
            link(QStringLiteral("patches"), tr("Make patches…"));
        if (ofRegion)
            otherPatches();
        if (ofRegion)
            link(QStringLiteral("end"), tr("End this search"));
        else if (m_ask.index() && !hasItsModel())
            link(QStringLiteral("load"), tr("Load %1").arg(QString::fromStdString(m_ask.index()->info().modelName)));
    }
    return notes.join(QLatin1Char(' '));
}

// A model's training may become known after its answer.
void AskBar::showNotes()
{
    const QString words = notes();
    if (words != m_notes->text())
        m_notes->setText(words);
    m_notes->setVisible(!words.isEmpty());
}

void AskBar::takeAnswer()
{
    const LibraryAnswer* answer = m_ask.answer();
    m_best.clear();
    m_scores.reset();
    if (answer) {
        m_scores = std::make_shared<const std::vector<float>>(answer->scores);
        for (const FoundStudy& found : answer->best)
            m_best.emplace(found.study, found.best);
    }
    showState();
    if (m_ask.busy())
        return; // what is on screen stays until there is another answer
    std::optional<LeadAnswer> lead;
    if (answer)
        lead = LeadAnswer{answer->question.sentence,
                          answer->question.minus,
                          answer->question.like,
                          answer->rule,
                          answer->vector,
                          m_scores,
                          answer->question.region ? answer->model : QString()};
    m_models.ask(lead);
    Q_EMIT scored(m_scores);
    if (std::exchange(m_isEntered, false) && m_ask.problem().isEmpty())
        Q_EMIT answered();
}

std::optional<float> AskBar::scoreOf(std::size_t study) const
{
    if (!m_scores || study >= m_scores->size() || std::isnan((*m_scores)[study]))
        return std::nullopt;
    return (*m_scores)[study];
}

std::int64_t AskBar::bestImageOf(std::size_t study) const
{
    const auto best = m_best.find(study);
    return best == m_best.end() ? 0 : best->second.image;
}

bool AskBar::hasItsModel() const
{
    return m_session.model() && m_ask.index() &&
           m_session.model()->hash.toStdString() == m_ask.index()->info().identity.modelHash;
}

// Whose answer it is: the models of the embeddings, with what they were trained on.
QString AskBar::sourceWords() const
{
    QStringList out;
    const auto& model = m_session.model();
    for (const AskedModel& each : m_models.models())
        out << (out.isEmpty() && hasItsModel() && !model->trainedOn.isEmpty()
                    ? tr("%1, trained on %2").arg(each.model.name, model->trainedOn)
                    : namedWithTraining(m_models, each.model));
    return out.size() > 1 ? tr("models: %1").arg(out.join(QStringLiteral("; ")))
                          : tr("model: %1").arg(out.join(QString()));
}

void AskBar::chooseModels(const std::filesystem::path& library, const QStringList& keys)
{
    const std::filesystem::path first =
        keys.isEmpty() ? std::filesystem::path() : pathFromText(keys.front().toStdString());
    m_models.setChoice(keys);
    if (!first.empty() && (!m_ask.index() || m_ask.index()->info().folder != library / embeddingsFolder / first))
        m_ask.chooseSet(library / embeddingsFolder / first);
}

void AskBar::openModels()
{
    if (m_choice->hasChoice() && !m_isHidden)
        return m_choice->open();
    Q_EMIT told(m_isHidden ? tr("What the model says is hidden while you read first.")
                           : tr("Several models can be asked once there are embeddings of one and another is loaded, "
                                "or there are embeddings of two."),
                false);
}

void AskBar::takeModel()
{
    const auto& model = m_session.model();
    m_models.setLoaded(model ? std::optional<EngineModel>(
                                   {pathFromText(model->folder.toStdString()), model->name, model->hash.toStdString()})
                             : std::nullopt);
}

// With a model that is asked beside the one that is shown first.
void AskBar::embed(const QString& key)
{
    if (m_job.running())
        return Q_EMIT told(tr("Another model embeds the images now: press again when it is done."), false);
    for (const LibraryModel& model : m_models.offered())
        if (model.key == key && m_library)
            m_job.start({QString::fromStdString(pathText(m_library->folder())),
                         QString::fromStdString(pathText(model.folder)),
                         {}});
}

void AskBar::showSets()
{
    takeModel();
    m_models.setSource({m_library, m_columns, m_ask.sets(), m_ask.sharedIndex()});
    showState();
    if (m_ask.index() && m_ask.question().empty() && !m_isHidden && !m_line->text().trimmed().isEmpty())
        ask();
}

QString AskBar::modelWords() const { return m_session.model() ? m_session.model()->name : QString(); }

QString AskBar::stateWords() const
{
    const QLocale locale;
    if (m_isHidden)
        return tr("hidden while you read first");
    if (m_job.running() || m_job.state() == EmbedJob::State::Paused) {
        QString words = tr("%1 of %2 images").arg(locale.toString(m_job.done()), locale.toString(m_job.total()));
        if (m_job.state() == EmbedJob::State::Paused)
            return words + tr(", paused");
        if (m_job.rate() > 0)
            words += tr(" · %1 a second").arg(locale.toString(m_job.rate(), 'f', m_job.rate() < 10 ? 1 : 0));
        if (const auto left = m_job.secondsLeft())
            words += tr(" · %1 left").arg(shownSpan(*left));
        return words;
    }
    if (m_job.state() == EmbedJob::State::Failed)
        return m_job.problem();
    const EmbeddingIndex* index = m_ask.index();
    if (index)
        return tr("%1 of %2 images embedded")
            .arg(locale.toString(qlonglong(index->images())), locale.toString(qlonglong(m_images)));
    if (m_ask.loading())
        return {};
    return m_session.model() ? tr("no embeddings yet")
           : isModelComing() ? tr("no embeddings yet; the model is loading")
                             : tr("choose a model first (Ctrl+M)");
}

bool AskBar::isModelComing() const
{
    return !m_session.modelFolder().isEmpty() && m_session.modelProblem().isEmpty() && !m_session.model();
}

// Nothing is made in a library that is open for reading only.
bool AskBar::canMake() const { return m_library && m_library->notices().empty(); }

void AskBar::showState()
{
    const QString words = stateWords();
    m_state->setText(m_state->fontMetrics().elidedText(words, Qt::ElideRight, 420));
    m_state->setToolTip(words);
    m_choice->setVisible(m_choice->hasChoice() && !m_isHidden);
    const QString others = m_isHidden || m_job.running() ? QString() : othersState(m_models, canMake());
    m_others->setText(others);
    m_others->setVisible(!others.isEmpty());
    showNotes();
    const bool running = m_job.running(), paused = m_job.state() == EmbedJob::State::Paused,
               failed = m_job.state() == EmbedJob::State::Failed;
    m_bar->setVisible(running && !m_isHidden);
    m_bar->setRange(0, m_job.total() > 0 ? 1000 : 0);
    if (m_job.total() > 0)
        m_bar->setValue(static_cast<int>(1000 * m_job.done() / m_job.total()));
    const bool complete =
        m_ask.index() && m_ask.index()->images() >= static_cast<std::size_t>(m_images) && hasItsModel();
    if (m_work->hasFocus() && complete)
        m_line->setFocus(Qt::OtherFocusReason);
    m_work->setVisible(!m_isHidden && canMake() && ((m_session.model() && !complete) || running || paused));
    m_work->setEnabled(m_job.state() != EmbedJob::State::Pausing);
    m_work->setText(running ? tr("Pause") : paused || failed ? tr("Go on") : tr("Embed"));
    m_work->setToolTip(running ? tr("What is embedded stays; it can go on later")
                               : tr("Embed the images that have none yet with %1").arg(modelWords()));
}

void AskBar::work()
{
    if (m_job.running())
        return m_job.pause();
    if (m_job.state() == EmbedJob::State::Paused || m_job.state() == EmbedJob::State::Failed)
        return m_job.resume();
    if (m_library && m_session.model())
        m_job.start({QString::fromStdString(pathText(m_library->folder())), m_session.modelFolder(), {}});
}

void AskBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        showState();
}

} // namespace mama
