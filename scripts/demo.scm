; SPDX-License-Identifier: GPL-3.0-or-later
;
; What the demonstration does inside GIMP, in Script-Fu.

; Asks for the value of a picture and writes the answer, one thing a line, as
; words and numbers: value, low, high, unit, then the neighbours.
(define (demo-ask picture model report)
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE picture)))
         (answer (plug-in-ordinate-predict
                  #:run-mode RUN-NONINTERACTIVE
                  #:image image
                  #:drawables (car (gimp-image-get-selected-drawables image))
                  #:model model))
         (labels (list-ref answer 5))
         (distances (list-ref answer 6))
         (port (open-output-file report)))
    (define (tell . words)
      (for-each (lambda (word) (display word port) (display " " port)) words)
      (newline port))
    (tell "value" (vector-ref (list-ref answer 0) 0))
    (tell "low" (vector-ref (list-ref answer 1) 0))
    (tell "high" (vector-ref (list-ref answer 2) 0))
    (tell "unit" (list-ref answer 3))
    (tell "in-range" (list-ref answer 4))
    (let loop ((i 0) (files (list-ref answer 7)))
      (if (pair? files)
          (begin
            (tell "neighbour" (vector-ref labels i) (vector-ref distances i)
                  (car files))
            (loop (+ i 1) (cdr files)))))
    (close-output-port port)
    (gimp-image-delete image)))

; Opens the Ordinate window on the picture that GIMP was started with; returns
; when the window is closed.
(define (demo-show model)
  (let ((image (vector-ref (car (gimp-get-images)) 0)))
    (plug-in-ordinate-predict
     #:run-mode RUN-INTERACTIVE
     #:image image
     #:drawables (car (gimp-image-get-selected-drawables image))
     #:model model)))
