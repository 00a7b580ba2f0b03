#pragma once
#include "app/workstation/train/run_model.h"

#include <QDialog>

class QLineEdit;
class QListWidget;

namespace mama {

// Which settings and figures the table of runs shows.
class ColumnDialog : public QDialog
{
    Q_OBJECT
public:
    ColumnDialog(const RunKeys& keys, const QStringList& shown, QWidget* parent = nullptr);
    QStringList columns() const;
    bool automatic() const { return m_automatic; } // as without a choice

private:
    void addKeys(const QString& heading, const QStringList& keys, const QStringList& shown);
    void filter(const QString& text);

    QLineEdit* m_find;
    QListWidget* m_list;
    bool m_automatic = false;
};

} // namespace mama
