#pragma once
#include <QLineEdit>

namespace mama {

// Takes the next key that is pressed, with what is held. Esc alone is no key: it ends the waiting.
class KeyField : public QLineEdit
{
    Q_OBJECT
public:
    explicit KeyField(QWidget* parent);

    const QString& key() const { return m_key; } // portable text; empty: none was pressed

Q_SIGNALS:
    void pressed();
    void givenUp();

protected:
    bool event(QEvent* event) override;

private:
    QString m_key;
};

} // namespace mama
