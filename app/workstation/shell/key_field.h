#pragma once
#include <QLineEdit>

namespace mama {

// Takes the next key that is pressed, whatever it is, with what is held.
class KeyField : public QLineEdit
{
    Q_OBJECT
public:
    explicit KeyField(QWidget* parent);

    const QString& key() const { return m_key; } // portable text; empty: none was pressed

Q_SIGNALS:
    void pressed();

protected:
    bool event(QEvent* event) override;

private:
    QString m_key;
};

} // namespace mama
