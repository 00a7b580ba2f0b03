#pragma once
#include <QList>
#include <QWidget>

namespace mama {

// Its number is that of colour and sign (run_look.h).
struct DrawnCurve
{
    QString title;
    int number = 0;
    bool operator==(const DrawnCurve&) const = default;
};

// Names of curves with their colours and signs, in rows as wide as there is room; hidden while there are none.
class CurveLegend : public QWidget
{
    Q_OBJECT
public:
    explicit CurveLegend(QWidget* parent = nullptr);

    void setEntries(const QList<DrawnCurve>& entries);
    const QList<DrawnCurve>& entries() const { return m_entries; }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QList<QRect> places(int width) const; // of each entry, sign and name
    int rowHeight() const;

    QList<DrawnCurve> m_entries;
};

} // namespace mama
