#pragma once
#include "core/library/studies/tags.h"

#include <QDialog>

class QLineEdit;
class QListWidget;

namespace mama {

// A tag by any part of its name, or a new one.
class TagDialog : public QDialog
{
    Q_OBJECT
public:
    TagDialog(const std::vector<Tag>& tags, int studies, QWidget* parent = nullptr);
    QString name() const; // of the tag chosen, or what was typed

private:
    void narrow(const QString& part);

    std::vector<Tag> m_tags;
    QLineEdit* m_part;
    QListWidget* m_list;
};

} // namespace mama
