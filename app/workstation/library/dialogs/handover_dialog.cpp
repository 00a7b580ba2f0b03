#include "app/workstation/library/dialogs/handover_dialog.h"

#include "app/workstation/library/dialogs/handover_words.h"
#include "app/workstation/look/settings_keys.h"
#include "core/base/path_text.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDate>
#include <QDialogButtonBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QStandardPaths>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {
namespace {

QLabel* words(const char* name, QWidget* parent)
{
    auto* made = new QLabel(parent);
    made->setObjectName(QLatin1String(name));
    made->setWordWrap(true);
    made->setTextFormat(Qt::PlainText);
    return made;
}

// A folder's name of a cohort's: what no file system minds.
QString folderName(const QString& cohort)
{
    QString name;
    for (const QChar c : cohort)
        name += c.isLetterOrNumber() || QStringLiteral("-_. ").contains(c) ? c : QLatin1Char('-');
    return name.simplified().replace(QLatin1Char(' '), QLatin1Char('-'));
}

} // namespace

HandoverDialog::HandoverDialog(std::shared_ptr<Library> library, HandoverChoice choice, QSettings& settings,
                               QWidget* parent)
    : QDialog(parent), m_library(std::move(library)), m_choice(std::move(choice)), m_settings(settings),
      m_place(m_settings
                  .value(settings_keys::handoverFolder,
                         QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) +
                             QStringLiteral("/mama-handover"))
                  .toString())
{
    setWindowTitle(tr("Hand over to training"));
    m_pool.setMaxThreadCount(1);
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("handoverName"));
    m_plan = words("handoverPlan", this);
    m_terms = words("handoverTerms", this);
    m_learnt = new QComboBox(this);
    m_learnt->setObjectName(QStringLiteral("handoverLearnt"));
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Cohort"), m_name);
    form->addRow(tr("Studies"), buildStudies());
    form->addRow(tr("Goes in"), m_plan);
    form->addRow(tr("&Learnt from"), m_learnt);
    form->addRow(tr("Split by patient"), buildSplit());
    form->addRow(tr("Terms"), m_terms);
    form->addRow(tr("&Folder"), buildFolder());
    auto* column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch(1);
    buildEnd(column);
    resize(720, sizeHint().height());
    connect(m_name, &QLineEdit::textChanged, this, [this] {
        if (!m_folder->isModified())
            m_folder->setText(m_place + QLatin1Char('/') + folderName(m_name->text()));
        edited();
    });
    m_name->setText(freeName());
    m_name->selectAll();
    plan();
}

HandoverDialog::~HandoverDialog()
{
    m_planning.cancel();
    m_job.cancel();
    m_pool.waitForDone(); // what it began is taken back
}

QWidget* HandoverDialog::buildStudies()
{
    auto* part = new QWidget(this);
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    m_which = new QButtonGroup(this);
    const QString all =
        m_choice.filter.trimmed().isEmpty() ? tr("&All %1 of the library") : tr("&All %1 that the filter leaves");
    auto* filtered = new QRadioButton(all.arg(HandoverWords::number(std::int64_t(m_choice.filtered.size()))), part);
    auto* selected = new QRadioButton(
        tr("The %1 &selected").arg(HandoverWords::number(std::int64_t(m_choice.selected.size()))), part);
    filtered->setObjectName(QStringLiteral("handoverFiltered"));
    filtered->setToolTip(plainTip(m_choice.filter));
    selected->setObjectName(QStringLiteral("handoverSelected"));
    selected->setEnabled(!m_choice.selected.empty());
    m_which->addButton(filtered, 0);
    m_which->addButton(selected, 1);
    // One selected study is where the curator stands rather than a choice.
    (m_choice.selected.size() > 1 ? selected : filtered)->setChecked(true);
    column->addWidget(filtered);
    column->addWidget(selected);
    connect(m_which, &QButtonGroup::idClicked, this, [this] {
        m_refused.clear();
        plan();
    });
    return part;
}

QWidget* HandoverDialog::buildSplit()
{
    auto* part = new QWidget(this);
    auto* row = new QHBoxLayout(part);
    row->setContentsMargins(0, 0, 0, 0);
    const QString names[] = {tr("training"), tr("validation"), tr("test")};
    const int standard[] = {70, 10, 20};
    for (int i = 0; i < 3; ++i) {
        m_shares[i] = new QSpinBox(part);
        m_shares[i]->setObjectName(QStringLiteral("handoverShare%1").arg(i));
        m_shares[i]->setAccessibleName(names[i]);
        m_shares[i]->setRange(0, 100);
        m_shares[i]->setValue(standard[i]);
        m_shares[i]->setSuffix(QStringLiteral(" %"));
        connect(m_shares[i], &QSpinBox::valueChanged, this, &HandoverDialog::edited);
        row->addWidget(m_shares[i]);
        row->addWidget(new QLabel(names[i], part));
    }
    row->addSpacing(12);
    m_seed = new QSpinBox(part);
    m_seed->setObjectName(QStringLiteral("handoverSeed"));
    m_seed->setRange(0, std::numeric_limits<int>::max());
    m_seed->setValue(42);
    m_seed->setMaximumWidth(110);
    m_seed->setToolTip(tr("The same seed shares the same patients out alike"));
    m_strata = new QComboBox(part);
    m_strata->setObjectName(QStringLiteral("handoverStrata"));
    m_strata->addItem(tr("no field"), QString());
    for (const QString& field : m_choice.fields)
        m_strata->addItem(field, field);
    m_strata->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_strata->setMinimumContentsLength(10);
    m_strata->setToolTip(tr("The field's values are spread evenly over the three parts"));
    row->addWidget(new QLabel(tr("seed"), part));
    row->addWidget(m_seed);
    row->addWidget(new QLabel(tr("even in"), part));
    row->addWidget(m_strata, 1);
    return part;
}

QWidget* HandoverDialog::buildFolder()
{
    auto* part = new QWidget(this);
    auto* row = new QHBoxLayout(part);
    row->setContentsMargins(0, 0, 0, 0);
    m_folder = new QLineEdit(part);
    m_folder->setObjectName(QStringLiteral("handoverFolder"));
    auto* browse = new QPushButton(tr("Browse…"), part);
    browse->setAutoDefault(false);
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString chosen =
            QFileDialog::getExistingDirectory(this, tr("Folder in which the cohort's is made"), m_place);
        if (!chosen.isEmpty()) {
            m_place = chosen;
            m_folder->setText(m_place + QLatin1Char('/') + folderName(m_name->text()));
        }
    });
    connect(m_folder, &QLineEdit::textChanged, this, &HandoverDialog::edited);
    row->addWidget(m_folder, 1);
    row->addWidget(browse);
    return part;
}

void HandoverDialog::buildEnd(QVBoxLayout* column)
{
    m_problem = words("handoverProblem", this);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(QStringLiteral("handoverProgress"));
    m_progress->hide();
    m_train = new QCheckBox(tr("Then make a &run with it"), this);
    m_train->setObjectName(QStringLiteral("handoverTrain"));
    m_train->setChecked(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_begin = buttons->addButton(tr("&Hand over"), QDialogButtonBox::AcceptRole);
    m_begin->setObjectName(QStringLiteral("handoverBegin"));
    m_begin->setDefault(true);
    m_cancel = buttons->button(QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &HandoverDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &HandoverDialog::reject);
    column->addWidget(m_problem);
    column->addWidget(m_progress);
    auto* row = new QHBoxLayout;
    row->addWidget(m_train, 1);
    row->addWidget(buttons);
    column->addLayout(row);
}

const std::vector<std::int64_t>& HandoverDialog::studies() const
{
    return m_which->checkedId() == 1 ? m_choice.selected : m_choice.filtered;
}

// A name that no cohort has: of today, with a number where there are several.
QString HandoverDialog::freeName() const
{
    const QString day = QDate::currentDate().toString(Qt::ISODate);
    for (int number = 1;; ++number) {
        const QString name = number == 1 ? day : QStringLiteral("%1-%2").arg(day).arg(number);
        if (!isTaken(name))
            return name;
    }
}

bool HandoverDialog::isTaken(const QString& name) const
{
    return std::find(m_names.begin(), m_names.end(), name.trimmed().toStdString()) != m_names.end();
}

void HandoverDialog::plan()
{
    m_now.reset();
    m_planning.cancel();
    m_plan->setText(tr("Looking at %1 studies…").arg(HandoverWords::number(std::int64_t(studies().size()))));
    BackgroundJob::Callbacks<Look> calls;
    calls.work = [library = m_library, chosen = studies()](const Job& job) -> Cancellable<Look> {
        const auto found = planHandOver(*library, chosen, job);
        if (!found)
            return std::nullopt;
        Look look{*found, {}};
        for (const Cohort& each : cohorts(*library))
            look.names.push_back(each.name);
        return look;
    };
    calls.done = [this](const Look& found) { take(found); };
    calls.failed = [this](const QString& reason) { fail(reason); };
    m_planning = BackgroundJob::start<Look>(this, std::move(calls), &m_pool);
    check();
}

void HandoverDialog::take(const Look& look)
{
    const HandOverPlan& found = look.plan;
    m_now = found;
    m_names = look.names;
    if (!m_name->isModified() && isTaken(m_name->text()))
        m_name->setText(freeName());
    m_plan->setText(HandoverWords::plan(found) +
                    (m_choice.images == 0 ? QString()
                                          : QLatin1Char('\n') + tr("%n single image(s) are chosen: their studies go in "
                                                                   "with all images.",
                                                                   nullptr, m_choice.images)));
    showTerms();
    fillLearnt(found);
    check();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
    Q_EMIT planned();
}

void HandoverDialog::showTerms()
{
    m_terms->setText(HandoverWords::terms(*m_now));
    const bool restricted =
        std::any_of(m_now->terms.begin(), m_now->terms.end(), [](const DataTerms& each) { return each.restricted; });
    QPalette colours;
    if (restricted)
        colours.setColor(QPalette::WindowText, textColour(Tone::Busy, palette()));
    m_terms->setPalette(colours);
}

// The colours of the theme.
void HandoverDialog::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_begin) {
        showProblem(m_problem->text());
        if (m_now)
            showTerms();
    }
    QDialog::changeEvent(event);
}

// The first that fits is chosen: whole captions, else captions of what is known.
void HandoverDialog::fillLearnt(const HandOverPlan& found)
{
    const QString before = m_learnt->currentData().toString();
    m_learnt->clear();
    if (found.captions() > 0)
        m_learnt->addItem(tr("captions: %1 images have a whole one").arg(HandoverWords::number(found.captions())),
                          QStringLiteral("whole"));
    if (found.captions() < found.usable)
        m_learnt->addItem(tr("captions of what is known: %1 images").arg(HandoverWords::number(found.usable)),
                          QStringLiteral("known"));
    for (const auto& [column, images] : found.labels)
        m_learnt->addItem(
            tr("classes of %1: %2 images").arg(QString::fromStdString(column), HandoverWords::number(images)),
            QStringLiteral("label:") + QString::fromStdString(column));
    m_learnt->setCurrentIndex(std::max(0, m_learnt->findData(before)));
}

QString HandoverDialog::problem() const
{
    if (!m_refused.isEmpty())
        return m_refused;
    if (studies().empty())
        return tr("No study is chosen.");
    if (m_now && m_now->usable == 0)
        return tr("None of the images can be trained on.");
    if (m_name->text().trimmed().isEmpty())
        return tr("The cohort has no name.");
    if (isTaken(m_name->text()))
        return tr("There is a cohort of this name, and a frozen one is not changed: name another.");
    if (m_shares[0]->value() + m_shares[1]->value() + m_shares[2]->value() != 100)
        return tr("The three shares are to be 100 % together; they are %1 %.")
            .arg(m_shares[0]->value() + m_shares[1]->value() + m_shares[2]->value());
    if (m_shares[0]->value() == 0)
        return tr("Nobody is left to train on.");
    if (m_folder->text().trimmed().isEmpty())
        return tr("Choose a folder.");
    return {};
}

void HandoverDialog::edited()
{
    m_refused.clear(); // another try
    check();
}

void HandoverDialog::showProblem(const QString& text)
{
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
    QPalette colours;
    colours.setColor(QPalette::WindowText, textColour(Tone::Bad, palette()));
    m_problem->setPalette(colours);
}

void HandoverDialog::check()
{
    if (!m_folder || !m_problem)
        return;
    const QString wrong = problem();
    showProblem(wrong);
    m_begin->setEnabled(m_now && wrong.isEmpty() && !m_working);
    m_begin->setToolTip(m_now || !wrong.isEmpty() ? QString() : tr("As soon as it is known what goes in"));
}

HandOverRequest HandoverDialog::request() const
{
    HandOverRequest made;
    made.name = m_name->text().trimmed().toStdString();
    made.chosen.studies = studies();
    if (m_which->checkedId() == 0)
        made.chosen.expression =
            m_choice.filter.trimmed().isEmpty() ? "all studies" : m_choice.filter.trimmed().toStdString();
    made.split.seed = m_seed->value();
    for (std::size_t i = 0; i < 3; ++i)
        made.split.shares[i] = m_shares[i]->value() / 100.0;
    made.split.strata = m_strata->currentData().toString().toStdString();
    made.folder = givenPath(m_folder->text().trimmed().toStdString());
    const QString learnt = m_learnt->currentData().toString();
    if (learnt.startsWith(QLatin1String("label:")))
        made.label = learnt.mid(6).toStdString();
    made.knownCaptions = learnt == QLatin1String("known");
    return made;
}

void HandoverDialog::accept()
{
    if (!m_begin->isEnabled())
        return;
    setWorking(true);
    BackgroundJob::Callbacks<std::optional<HandOver>> calls;
    calls.work = [library = m_library, wanted = request()](const Job& job) -> Cancellable<std::optional<HandOver>> {
        return std::optional<std::optional<HandOver>>(handOver(*library, wanted, job));
    };
    calls.done = [this](const std::optional<HandOver>& made) {
        if (made)
            finish(*made);
    };
    calls.failed = [this](const QString& reason) { fail(reason); };
    calls.progress = [this](quint64 done, quint64 total, const QString&) {
        m_progress->setRange(0, static_cast<int>(std::min<quint64>(total, 1000000000)));
        m_progress->setValue(static_cast<int>(std::min<quint64>(done, 1000000000)));
    };
    m_job = BackgroundJob::start<std::optional<HandOver>>(this, std::move(calls), &m_pool);
}

void HandoverDialog::reject()
{
    if (!m_working)
        return QDialog::reject();
    m_job.cancel();
    m_cancel->setEnabled(false);
    BackgroundJob::Callbacks<bool> calls; // behind the one that takes back what it did
    calls.work = [](const Job&) -> Cancellable<bool> { return true; };
    calls.done = [this](bool) {
        setWorking(false);
        Q_EMIT changed();
    };
    calls.failed = [](const QString&) {};
    m_job = BackgroundJob::start<bool>(this, std::move(calls), &m_pool);
}

void HandoverDialog::setWorking(bool working)
{
    m_working = working;
    for (QWidget* each : findChildren<QWidget*>())
        if (qobject_cast<QLineEdit*>(each) || qobject_cast<QAbstractSpinBox*>(each) || qobject_cast<QComboBox*>(each) ||
            qobject_cast<QAbstractButton*>(each))
            each->setEnabled(!working);
    m_which->button(1)->setEnabled(!working && !m_choice.selected.empty());
    m_cancel->setEnabled(true);
    m_progress->setRange(0, 0);
    m_progress->setVisible(working);
    check();
}

void HandoverDialog::finish(const HandOver& made)
{
    const QString folder = m_folder->text().trimmed();
    m_settings.setValue(settings_keys::handoverFolder, QFileInfo(folder).absolutePath());
    setWorking(false);
    Q_EMIT changed();
    QStringList warnings;
    for (const UserText& each : made.warnings)
        warnings << shownText(each);
    Q_EMIT handedOver(folder, warnings);
    const bool train = m_train->isChecked() && made.exported.images > 0;
    QDialog::accept();
    if (train)
        Q_EMIT trainWanted(folder);
}

void HandoverDialog::fail(const QString& reason)
{
    const bool worked = m_working;
    setWorking(false);
    m_refused = reason;
    showProblem(reason);
    if (worked)
        Q_EMIT changed();
    Q_EMIT refused(reason);
}

} // namespace mama
