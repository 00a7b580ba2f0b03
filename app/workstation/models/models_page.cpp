#include "app/workstation/models/models_page.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/models/model_details.h"
#include "app/workstation/models/model_table.h"
#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/download/hub_address.h"

#include <QEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace mama {

ModelsPage::ModelsPage(QSettings& settings, QWidget* parent)
    : Page(QStringLiteral("models"), tr("M&odels"), parent), m_settings(settings),
      m_table(new ModelTable(m_downloads, this)), m_list(new QTableView(this)), m_details(new ModelDetails(this)),
      m_hub(new QLabel(this))
{
    buildList();
    auto* parts = new QSplitter(this);
    parts->addWidget(m_list);
    parts->addWidget(m_details);
    parts->setStretchFactor(0, 5);
    parts->setStretchFactor(1, 6);
    parts->setChildrenCollapsible(false);
    m_hub->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_hub->setContentsMargins(8, 4, 8, 4);
    m_hub->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(head());
    column->addWidget(parts, 1);
    column->addWidget(m_hub);
    connectAll();
    select(m_downloads.catalogue().models.front().name);
    showHub();
}

void ModelsPage::buildList()
{
    m_list->setModel(m_table);
    m_list->setAccessibleName(tr("Models"));
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setTabKeyNavigation(false); // Tab goes to the buttons
    m_list->setWordWrap(false);
    m_list->setShowGrid(false);
    m_list->setAlternatingRowColors(true);
    m_list->verticalHeader()->hide();
    m_list->horizontalHeader()->setHighlightSections(false);
    m_list->horizontalHeader()->setStretchLastSection(true);
    m_list->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_list->setColumnWidth(ModelTable::Name, 200);
    m_list->setColumnWidth(ModelTable::State, 170);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // the details say what does not fit
    m_list->setMinimumWidth(480);
}

void ModelsPage::connectAll()
{
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
        const auto& rows = m_downloads.rows();
        if (index.isValid() && static_cast<std::size_t>(index.row()) < rows.size())
            m_selected = rows[static_cast<std::size_t>(index.row())].item.name;
        showSelected();
    });
    connect(m_list, &QTableView::activated, this, [this] {
        if (QPushButton* button = m_details->first())
            button->setFocus(Qt::ShortcutFocusReason); // a second Enter does it: a download is no slip of the hand
    });
    connect(m_table, &QAbstractItemModel::modelReset, this, [this] { select(m_selected); });
    connect(&m_downloads, &ModelDownloads::rowChanged, this, [this](int row) {
        if (m_downloads.rows()[static_cast<std::size_t>(row)].item.name == m_selected)
            showSelected();
    });
    connect(&m_downloads, &ModelDownloads::arrived, this, [this](const QString& name) {
        if (const ModelRow* row = m_downloads.row(name.toStdString()); row && !isVisible())
            Q_EMIT told(tr("%1 is here: Use this model, on the page Models, opens it.").arg(row->title()), false);
    });
    connect(&m_downloads, &ModelDownloads::failed, this, [this](const QString&, const QString& reason) {
        if (!isVisible())
            Q_EMIT told(reason, true); // the page itself says it beside the model
    });
    connect(m_details, &ModelDetails::getAsked, this, &ModelsPage::get);
    connect(m_details, &ModelDetails::pauseAsked, this, [this] { m_downloads.pause(m_selected); });
    connect(m_details, &ModelDetails::filesAsked, this, &ModelsPage::takeFiles);
    connect(m_details, &ModelDetails::removeAsked, this, &ModelsPage::remove);
    connect(m_details, &ModelDetails::useAsked, this, [this] {
        if (const ModelRow* row = selected(); row && row->isHere())
            Q_EMIT useAsked(QString::fromStdString(pathText(row->item.folder)));
    });
    connect(m_hub, &QLabel::linkActivated, this, &ModelsPage::changeHub);
}

const ModelRow* ModelsPage::selected() const { return m_downloads.row(m_selected); }

void ModelsPage::select(const std::string& name)
{
    const auto& rows = m_downloads.rows();
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].item.name == name)
            m_list->selectRow(static_cast<int>(i));
    showSelected();
}

void ModelsPage::showSelected()
{
    if (const ModelRow* row = selected())
        m_details->show(*row);
}

// The user's own token for a model with terms to accept: from the environment, or asked for; kept nowhere.
bool ModelsPage::askToken(const CatalogueModel& model, std::string& token)
{
    token = tokenFromEnvironment(m_downloads.catalogue(), model, hub());
    if (!model.gated() || !token.empty())
        return true;
    bool given = false;
    const QString typed = QInputDialog::getText(
        this, QString::fromStdString(model.title),
        tr("Accept its terms at %1, with an account there.\nThen a token of that account (it is neither kept nor logged; a mirror may need none):")
            .arg(QString::fromStdString(model.acceptAt)),
        QLineEdit::Password, {}, &given);
    token = given ? checkedToken(typed.toStdString()) : std::string();
    return given;
}

void ModelsPage::get()
{
    const ModelRow* row = selected();
    if (!row || !row->entry)
        return;
    try {
        GetOptions options;
        options.hub = hub();
        if (askToken(*row->entry, options.token))
            m_downloads.get(m_selected, options);
    } catch (const Error& error) {
        Q_EMIT told(shownError(error), true);
    }
}

void ModelsPage::takeFiles()
{
    const ModelRow* row = selected();
    if (!row || !row->entry)
        return;
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("A folder with the files of %1").arg(row->title()));
    if (folder.isEmpty())
        return;
    GetOptions options;
    options.hub = m_downloads.catalogue().hub;
    options.given = folder.toStdString();
    m_downloads.get(m_selected, options);
}

void ModelsPage::remove()
{
    const ModelRow* row = selected();
    if (!row)
        return;
    const QString question = row->isHere() ? tr("Remove %1 from this disk? It can be got again.").arg(row->title())
                                           : tr("Remove what came of %1?").arg(row->title());
    if (QMessageBox::question(this, tr("Models"), question) == QMessageBox::Yes)
        m_downloads.remove(m_selected);
}

std::string ModelsPage::hub() const
{
    const std::string kept = m_settings.value(settings_keys::modelHub).toString().toStdString();
    return kept.empty() ? usualHub(m_downloads.catalogue()) : hubAddress(kept);
}

void ModelsPage::changeHub()
{
    bool given = false;
    const QString typed = QInputDialog::getText(
        this, tr("Source of public models"), tr("Address of a mirror; empty: the one of the catalogue."),
        QLineEdit::Normal, m_settings.value(settings_keys::modelHub).toString(), &given);
    if (!given)
        return;
    try {
        const std::string address =
            typed.trimmed().isEmpty() ? std::string() : hubAddress(typed.trimmed().toStdString());
        m_settings.setValue(settings_keys::modelHub, QString::fromStdString(address));
    } catch (const Error& error) {
        Q_EMIT told(shownError(error), true);
    }
    showHub();
}

void ModelsPage::showHub()
{
    QString address;
    try {
        address = QString::fromStdString(hub());
    } catch (const Error& error) {
        address = shownError(error);
    }
    m_hub->setText(
        tr("Source: %1 · <a href=\"change\">Change…</a> · Nothing is fetched unless you ask. Research weights: none is cleared for clinical use.")
            .arg(address.toHtmlEscaped()));
}

void ModelsPage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    m_downloads.refresh();
    showHub();
    m_list->setFocus();
}

void ModelsPage::changeEvent(QEvent* event)
{
    Page::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_details)
        showSelected(); // its colours
}

} // namespace mama
