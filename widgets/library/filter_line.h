#pragma once
#include "core/library/studies/filter_completion.h"

#include <QLineEdit>

class QCompleter;
class QStandardItemModel;

namespace mama {

// The line in which a filter is typed. How it can go on is offered below the cursor while one types: arrows choose,
// Enter or Tab takes, Esc closes, Ctrl+Space asks.
class FilterLine : public QLineEdit
{
    Q_OBJECT
public:
    explicit FilterLine(QWidget* parent = nullptr);
    void setColumns(const std::shared_ptr<const StudyColumns>& columns);              // null: nothing is offered
    void setModels(std::vector<std::string> models) { m_models = std::move(models); } // whose scores have a name
    // A line under it that says what is wrong: the list opens below that, so that both can be read while one types.
    void setErrorLine(QWidget* line);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void offer(bool asked);
    void showOffered();
    void take(const QModelIndex& index);

    std::shared_ptr<const StudyColumns> m_columns;
    QWidget* m_errorLine = nullptr;
    QCompleter* m_completer;
    QStandardItemModel* m_offered;
    std::vector<std::string> m_models;
    FilterCompletion m_now;
};

} // namespace mama
