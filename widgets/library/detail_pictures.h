#pragma once
#include "core/library/studies/study_facts.h"
#include "widgets/library/tile_painter.h"

#include <QWidget>

namespace mama {

// A study's four views as large as its width allows, with what is marked on them.
class DetailPictures : public QWidget
{
    Q_OBJECT
public:
    explicit DetailPictures(QWidget* parent = nullptr);

    void show(const std::array<TilePicture, 4>& pictures, const StudyFacts& facts);
    // As high as views usually are at that width, and no higher than `most`.
    static int heightFor(int width, int most);
    // Where a mark lies in the widget: a box, or the box about another form; empty: it is on no picture shown.
    QRectF markRect(int view, const FactAnnotation& mark) const;
    void frame(std::int64_t image); // that something leads to; 0: none

Q_SIGNALS:
    void opened(std::int64_t image); // that lies under the pointer; 0: none does

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    QRect cell(int view) const;
    QString tip(const QPoint& at) const;

    TilePainter m_painter{16};
    std::array<TilePicture, 4> m_pictures;
    std::array<std::vector<FactAnnotation>, 4> m_marks;
    std::array<QRectF, 4> m_places; // where the whole pictures lie; empty: no picture
    std::vector<FactFinding> m_findings;
    std::int64_t m_framed = 0;
};

} // namespace mama
