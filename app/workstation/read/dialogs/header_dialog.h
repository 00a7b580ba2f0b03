#pragma once
#include "core/dicom/read/header_list.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTreeView;

namespace mama {

// Every element of one image's file, sequences as a tree, found as one types by tag, name or value.
class HeaderDialog : public QDialog
{
    Q_OBJECT
public:
    // identifiers: whether what names the patient is to be seen.
    HeaderDialog(HeaderList list, bool identifiers, QWidget* parent = nullptr);
    void setIdentifiersShown(bool shown);

    // The chosen rows, else all that are to be seen: tag, representation, name and value, a row a line.
    QString copied() const;

private:
    void fill(const HeaderList& list);
    void describe(const HeaderList& shown);
    void find(const QString& text);
    void copy();

    HeaderList m_list;
    QSortFilterProxyModel* m_shown;
    QLineEdit* m_find;
    QLabel *m_count, *m_note;
    QTreeView* m_tree;
    int m_elements = 0;
};

} // namespace mama
