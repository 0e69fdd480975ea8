;;; e2e-lsp-mode.el --- the page's lines for lsp-mode, in a real Emacs -*- lexical-binding: t -*-

(dolist (folder (directory-files "/usr/share/emacs/site-lisp/elpa" t "^[a-z]"))
  (add-to-list 'load-path folder))
(require 'yaml-mode)
(require 'lsp-mode)
(setq lsp-enable-file-watchers nil lsp-enable-snippet nil lsp-response-timeout 100
      lsp-session-file (concat (getenv "E2E_FOLDER") "/session"))

(defvar e2e-passed 0)
(defvar e2e-failed 0)

(defun e2e-check (what ok &optional info)
  "Count the check WHAT, which is OK or not; INFO is shown when it is not."
  (if ok (cl-incf e2e-passed) (cl-incf e2e-failed))
  (message "%s %s %s" (if ok "ok  " "FAIL") what (if ok "" (format "%S" info))))

(defun e2e-wait (condition)
  "Wait until CONDITION gives something; give it."
  (let ((end (+ (float-time) 100)) found)
    (while (not (or (setq found (funcall condition)) (> (float-time) end)))
      (accept-process-output nil 0.05))
    found))

(defun e2e-findings (wanted)
  "The findings whose message has WANTED."
  (cl-remove-if-not (lambda (one) (string-search wanted (lsp:diagnostic-message one))) (lsp--get-buffer-diagnostics)))

(defun e2e-main ()
  (load (concat (getenv "E2E_FOLDER") "/init.el") nil t)
  (lsp-workspace-folders-add (concat (getenv "E2E_FOLDER") "/policies"))
  (find-file (concat (getenv "E2E_FOLDER") "/policies/unicode.yaml"))
  (lsp)
  (e2e-check "the server of the page serves the buffer"
             (e2e-wait (lambda () (cl-some (lambda (one) (eq 'initialized (lsp--workspace-status one))) (lsp-workspaces))))
             (lsp-workspaces))
  (e2e-check "one finding of the rule" (e2e-wait (lambda () (= 1 (length (e2e-findings "is not supported")))))
             (lsp--get-buffer-diagnostics))
  (search-forward "[Ingres]")
  (backward-char 3)
  (let* ((actions (append (lsp-code-actions-at-point) nil))
         (titles (mapcar #'lsp:code-action-title actions))
         (fix (cl-find "Write `Ingress`" actions :test (lambda (start one) (string-prefix-p start (lsp:code-action-title one)))))
         (wanted (string-replace "[Ingres]" "[Ingress]" (buffer-string))))
    (e2e-check "the menu has the fix" fix titles)
    (lsp-execute-code-action fix)
    (e2e-check "the fix changes the right characters" (equal wanted (buffer-string)) (buffer-string)))
  (goto-char (point-min))
  (search-forward "podSel")
  (let ((hover (lsp-request "textDocument/hover" (lsp--text-document-position-params))))
    (e2e-check "the hover tells of the field" (string-search "podSelector" (format "%S" hover)) hover))
  (lsp-disconnect))

(condition-case problem
    (e2e-main)
  (error (cl-incf e2e-failed) (message "ERROR %S" problem)))
(message "emacs lsp-mode: %d passed, %d failed" e2e-passed e2e-failed)
(kill-emacs (if (> e2e-failed 0) 1 0))
