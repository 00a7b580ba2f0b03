#pragma once
#include "app/workstation/models/model_downloads.h"
#include "app/workstation/page/page.h"

#include <QSettings>

class QLabel;
class QTableView;

namespace mama {

class ModelDetails;
class ModelTable;

// The page on which public models are got and chosen: a list, and beside it what is known of the one that is selected.
class ModelsPage : public Page
{
    Q_OBJECT
public:
    // The settings must outlive the page.
    explicit ModelsPage(QSettings& settings, QWidget* parent = nullptr);

    ModelDownloads& downloads() { return m_downloads; }
    ModelDetails& details() { return *m_details; }
    QTableView& list() { return *m_list; }
    void select(const std::string& name);

Q_SIGNALS:
    void useAsked(const QString& folder);

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void buildList();
    void connectAll();
    const ModelRow* selected() const;
    void showSelected();
    void get();
    void takeFiles();
    void remove();
    std::string hub() const; // Error(Usage): what is set is no address
    void changeHub();
    void showHub();
    bool askToken(const CatalogueModel& model, std::string& token);

    QSettings& m_settings;
    ModelDownloads m_downloads;
    ModelTable* m_table;
    QTableView* m_list;
    ModelDetails* m_details;
    QLabel* m_hub;
    std::string m_selected; // by name, whatever rows come and go
};

} // namespace mama
